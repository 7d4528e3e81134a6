"""Import by address: the portal fetches the file itself."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.api.uploadforms import UploadExpectedSerializer, WishesSerializer
from assets.services import importing, uploads
from mediaportal.accounts.models import User
from mediaportal.core import idempotency

ROUTE = "uploads.import"


class ImportSerializer(WishesSerializer):
    """A file to fetch. The other fields are those of the form."""

    url = serializers.CharField(help_text="http or https, of a public machine.")


class ImportView(APIView):
    """Where an address is handed in."""

    @extend_schema(
        request=ImportSerializer,
        responses={202: UploadExpectedSerializer},
        operation_id="upload_import",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """Have a file fetched by the portal."""
        form = ImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        user, key = request.user, request.headers.get("Idempotency-Key")

        def act() -> tuple[int, dict[str, Any]]:
            session = importing.ask(user=user, url=wanted["url"], wishes=form.wishes())
            return status.HTTP_202_ACCEPTED, uploads.expected_document(session=session)

        claim = idempotency.Claim(user.pk, ROUTE, key) if key and isinstance(user, User) else None
        code, document = idempotency.once(claim, content=wanted, act=act)
        return Response(document, status=code)


class ImportEndView(APIView):
    """One import."""

    @extend_schema(responses={204: None}, operation_id="upload_import_cancel")
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Stop fetching and forget what has come."""
        importing.cancel(user=request.user, upload_id=upload_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
