"""Addresses of the assets API, under /api/v1/."""

from django.urls import path

from assets.api import uploads

urlpatterns = [
    path(
        "media/upload/<uuid:upload_id>/progress",
        uploads.UploadProgressView.as_view(),
        name="api-upload-progress",
    ),
]
