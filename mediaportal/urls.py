"""Every address that Django serves. The raw ASGI addresses (uploads, files, websockets) stand in `asgi.py`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
]
