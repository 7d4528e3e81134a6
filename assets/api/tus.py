"""tus 1.0.0, the part without bytes: what the server can do, begin and end.

Chunks and HEAD are the business of `assets.doors.tus`. `mediaportal.asgi` puts `Tus-Resumable` on every answer, hears
`X-HTTP-Method-Override`, and hands requests with bytes to that door.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.services.tus import control
from mediaportal.core import tus
from mediaportal.core.problems import NotSignedIn

_NO_STORE = {"Cache-Control": "no-store"}


class _TusView(APIView):
    """Checks the version of every request but OPTIONS, which needs nothing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, and refuse other versions."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS":
            tus.require_version(request.headers)

    def options(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> Response:
        """What the server can do."""
        return Response(status=204, headers=tus.described(most_bytes=settings.MAX_FILE_SIZE))


@extend_schema(exclude=True)
class UploadsView(_TusView):
    """The collection: uploads begin here. Who may is asked of the guest link, or of the caller."""

    permission_classes = [AllowAny]

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A guest link stands for the caller; nobody needs to be signed in to use it."""
        request: HttpRequest | None = self.request  # none while the API's document is made
        if request is not None and (request.method == "OPTIONS" or "X-Guest-Link" in request.headers):
            return []
        return super().get_authenticators()

    def post(self, request: Request) -> Response:
        """Begin an upload."""
        link = control.link_of(
            request.headers.get("X-Guest-Link", ""), address=request.META.get("REMOTE_ADDR", "")
        )
        if link is None and not request.user.is_authenticated:
            raise NotSignedIn
        session = control.create(
            user=request.user, guest_link=link, creation=tus.creation_of(request.headers)
        )
        headers = {"Location": control.path_of(session.pk), **control.facts(session), **_NO_STORE}
        return Response(status=201, headers=headers)


@extend_schema(exclude=True)
class UploadView(_TusView):
    """One upload, to end it. Its address is the right to use it; nobody needs to be signed in."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def delete(self, _request: Request, upload_id: UUID) -> Response:
        """End it and remove its bytes."""
        control.terminate(upload_id)
        return Response(status=204, headers=_NO_STORE)
