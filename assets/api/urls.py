"""Addresses of the assets API, under /api/v1/."""

from django.urls import path

from assets.api import assets, bucket, guestlinks, importing, mine, places, sharelinks, tus, uploads

urlpatterns = [
    path(
        "media/upload/<uuid:upload_id>/progress",
        uploads.UploadProgressView.as_view(),
        name="api-upload-progress",
    ),
    path("uploads/known", mine.KnownView.as_view(), name="api-upload-known"),
    path("me/room", mine.RoomView.as_view(), name="api-my-room"),
    path("uploads/", tus.UploadsView.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>", tus.UploadView.as_view(), name="api-upload"),
    path("uploads/import", importing.ImportView.as_view(), name="api-import"),
    path("uploads/import/<uuid:upload_id>", importing.ImportEndView.as_view(), name="api-import-end"),
    path("uploads/s3-multipart", bucket.MultipartUploadView.as_view(), name="api-bucket-multipart"),
    path("uploads/s3-multipart/sign-part", bucket.SignPartsView.as_view(), name="api-bucket-sign"),
    path("uploads/s3-multipart/complete", bucket.CompleteView.as_view(), name="api-bucket-complete"),
    path("uploads/s3-multipart/abort", bucket.AbortView.as_view(), name="api-bucket-abort"),
    path(
        "uploads/s3-multipart/<uuid:upload_id>",
        bucket.OneMultipartView.as_view(),
        name="api-bucket-multipart-one",
    ),
    path(
        "uploads/s3-multipart/<uuid:upload_id>/complete",
        bucket.CompleteOneView.as_view(),
        name="api-bucket-complete-one",
    ),
    path(
        "uploads/s3-multipart/<uuid:upload_id>/<int:part_number>",
        bucket.OnePartView.as_view(),
        name="api-bucket-part",
    ),
    path("uploads/signed-url", bucket.SignedUrlView.as_view(), name="api-bucket-signed-url"),
    path("uploads/<uuid:upload_id>/refresh", bucket.RefreshView.as_view(), name="api-bucket-refresh"),
    path("assets/", assets.AssetListView.as_view(), name="api-assets"),
    path("assets/<uuid:asset_id>/", assets.AssetView.as_view(), name="api-asset"),
    path("assets/<uuid:asset_id>/restore", assets.AssetRestoreView.as_view(), name="api-asset-restore"),
    path(
        "assets/<uuid:asset_id>/release-scan",
        assets.AssetReleaseScanView.as_view(),
        name="api-asset-release-scan",
    ),
    path(
        "assets/<uuid:asset_id>/delete-original",
        assets.AssetDeleteOriginalView.as_view(),
        name="api-asset-delete-original",
    ),
    path("assets/<uuid:asset_id>/publish", assets.AssetPublishView.as_view(), name="api-asset-publish"),
    path("assets/<uuid:asset_id>/hold", assets.AssetHoldView.as_view(), name="api-asset-hold"),
    path("assets/<uuid:asset_id>/variants/", assets.AssetVariantsView.as_view(), name="api-asset-variants"),
    path("assets/<uuid:asset_id>/playback", assets.AssetPlaybackView.as_view(), name="api-asset-playback"),
    path("guest-links/", guestlinks.GuestLinkListView.as_view(), name="api-guest-links"),
    path("guest-links/<uuid:link_id>/", guestlinks.GuestLinkView.as_view(), name="api-guest-link"),
    path("guest-links/<uuid:link_id>/end", guestlinks.GuestLinkEndView.as_view(), name="api-guest-link-end"),
    path("share-links/", sharelinks.ShareLinkListView.as_view(), name="api-share-links"),
    path("share-links/<uuid:link_id>/", sharelinks.ShareLinkView.as_view(), name="api-share-link"),
    path("collections/", places.CollectionListView.as_view(), name="api-collections"),
    path("collections/<uuid:collection_id>/", places.CollectionView.as_view(), name="api-collection"),
    path("tags/", places.TagListView.as_view(), name="api-tags"),
    path("tags/<uuid:tag_id>/", places.TagView.as_view(), name="api-tag"),
]
