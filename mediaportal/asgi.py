"""The one door: a small router in front of three kinds of application.

Websockets go to Channels; requests that carry file bytes in or out go to raw ASGI apps that stream; everything else
goes to Django as WSGI in a pool of threads, because Django's own ASGI handler is slow and opens a database
connection for each request.
"""

import os
import re
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from channels.routing import URLRouter
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediaportal.settings")
wsgi_application = get_wsgi_application()

# Only now are the apps ready to be imported.
from django.conf import settings  # noqa: E402
from django.urls import re_path  # noqa: E402

from assets.api import captions  # noqa: E402
from assets.delivery import tokens  # noqa: E402
from assets.doors import tus, uploads  # noqa: E402
from assets.doors.arriving import Turnstile  # noqa: E402
from assets.doors.files import files_app  # noqa: E402
from mediaportal import health, metrics  # noqa: E402
from mediaportal.accounts.authentication import websocket_door  # noqa: E402
from mediaportal.core.bodies import with_whole_body  # noqa: E402
from mediaportal.core.checks import require_walls  # noqa: E402
from mediaportal.core.doors import App, Receive, Scope, Send, raw_app, refuse_websocket  # noqa: E402
from mediaportal.core.tus import speaking  # noqa: E402
from notifications.routing import websocket_urlpatterns  # noqa: E402
from processing.doors import posters  # noqa: E402

# Programs read foreign bytes here too.
require_walls()

# Answers of Django are small and whole, so a slow reader may leave one in memory but holds no thread.
_mounted: Any = WSGIMiddleware(cast("Any", wsgi_application), workers=settings.WEB_THREADS, send_queue_size=0)
# The log of decisions is as long as it is: a slow reader of it holds one of a few threads that serve nothing else, and
# only some pieces of it are in memory.
_mounted_for_long: Any = WSGIMiddleware(cast("Any", wsgi_application), workers=2, send_queue_size=8)
# Text tracks are the largest of what Django takes.
_LARGER = {re.compile(r"/api/v1/assets/[0-9a-f-]{36}/captions/(?:[0-9a-f-]{36}/)?"): captions.MOST_BODY_BYTES}
django_app = raw_app(with_whole_body(_mounted, larger=_LARGER))
# What no room serves is refused.
_sockets: Any = [*websocket_urlpatterns, re_path("", cast("Any", refuse_websocket))]
websockets = websocket_door(URLRouter(_sockets))

# One for both ways in, so that a person's uploads are counted together.
_turnstile = Turnstile()
# exact path, or a prefix that ends with a slash -> raw app
STREAMS: dict[str, App] = {
    uploads.PATH: uploads.upload_app(_turnstile),
    "/files/": files_app(),
    "/api/v1/moderation/decisions/export": raw_app(with_whole_body(_mounted_for_long)),
    **health.APPS,
    **metrics.APPS,
}


def stream_for(path: str) -> App | None:
    """The raw app that serves a path, if one does."""
    if found := STREAMS.get(path):
        return found
    return next(
        (app for prefix, app in STREAMS.items() if prefix.endswith("/") and path.startswith(prefix)), None
    )


_chunks = tus.tus_app(_turnstile)
_pictures = posters.posters_app(_turnstile)


async def _by_content(scope: Scope, receive: Receive, send: Send) -> None:
    """Of the requests to one address of tus, those with bytes are streamed and the others are Django's."""
    await (_chunks if tus.takes(scope) else django_app)(scope, receive, send)


resumable = speaking(_by_content)


async def poster(scope: Scope, receive: Receive, send: Send) -> None:
    """Of the requests that choose a poster, those that send a picture are streamed and the others are Django's."""
    await (_pictures if posters.takes(scope) else django_app)(scope, receive, send)


def app_for(path: str) -> App:
    """The app that serves a path."""
    if posters.serves(path):
        return poster
    return resumable if tus.speaks(path) else stream_for(path) or django_app


def _plain(scope: Scope) -> Scope:
    """The scope without headers that have an underscore in their name: WSGI cannot tell `X_Forwarded_Proto`, which
    anybody may send, from `X-Forwarded-Proto`, which the proxy sets.
    """
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a connection to the app that serves it. There is no lifespan: servers run with it off."""
    tokens.asked_from.set(scope["client"][0] if scope.get("client") else "")
    if scope["type"] == "websocket":
        await websockets(_plain(scope), receive, send)
    elif scope["type"] == "http":
        await app_for(scope["path"])(_plain(scope), receive, send)
    else:
        raise ValueError(f"{scope['type']} is not served here")
