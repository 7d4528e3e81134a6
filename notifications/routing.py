"""Where the websockets are."""

from django.urls import URLPattern, path

from notifications.consumers import events_app

websocket_urlpatterns: list[URLPattern] = [
    path("ws/v1/events/", events_app()),  # type: ignore[arg-type]  # an ASGI app, for Channels' router
]
