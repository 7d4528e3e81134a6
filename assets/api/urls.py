"""Addresses of the assets API, under /api/v1/."""

from django.urls import path

from assets.api import assets, uploads

urlpatterns = [
    path(
        "media/upload/<uuid:upload_id>/progress",
        uploads.UploadProgressView.as_view(),
        name="api-upload-progress",
    ),
    path("assets/", assets.AssetListView.as_view(), name="api-assets"),
    path("assets/<uuid:asset_id>/", assets.AssetView.as_view(), name="api-asset"),
    path("assets/<uuid:asset_id>/restore", assets.AssetRestoreView.as_view(), name="api-asset-restore"),
    path("assets/<uuid:asset_id>/variants/", assets.AssetVariantsView.as_view(), name="api-asset-variants"),
    path("assets/<uuid:asset_id>/playback", assets.AssetPlaybackView.as_view(), name="api-asset-playback"),
]
