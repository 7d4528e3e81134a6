"""Every address that Django serves. The raw ASGI addresses (uploads, files, websockets) stand in `asgi.py`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from mediaportal.accounts.views import admin_sign_in
from mediaportal.core import doors

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("assets.urls")),
    path("", include("mediaportal.accounts.urls")),
    path("admin/login/", admin_sign_in),
    path("admin/", admin.site.urls),
    path("", include("processing.urls")),
    path("", include("analysis.urls")),
    path("", include("notifications.urls")),
    path("api/v1/", include("mediaportal.accounts.api.urls")),
    path("api/v1/", include("processing.api.urls")),
    path("api/v1/", include("analysis.api.urls")),
    path("api/v1/", include("assets.api.urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    # Last: what no room serves.
    path("api/", doors.no_such_route),
    path("api/<path:rest>", doors.no_such_route),
]

handler400 = doors.bad_request
handler403 = doors.permission_denied
handler404 = doors.page_not_found
handler500 = doors.server_error
