"""Import by address: the portal fetches the file itself."""

import json
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Kind
from assets.services import importing, uploads, wishes
from mediaportal.accounts.models import User
from mediaportal.core import idempotency

ROUTE = "uploads.import"


class ImportSerializer(serializers.Serializer[Any]):
    """A file to fetch. The fields are those of the form."""

    url = serializers.CharField(help_text="http or https, of a public machine.")
    filename = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    content_type = serializers.ChoiceField(required=False, allow_blank=True, choices=Kind.choices)
    metadata = serializers.DictField(required=False)
    processing_options = serializers.DictField(required=False)


class ImportAcceptedSerializer(serializers.Serializer[Any]):
    """The answer to an upload that is yet to be fetched."""

    upload_id = serializers.UUIDField()
    asset_id = serializers.UUIDField(allow_null=True, help_text="Null: it comes with the upload's progress.")
    job_id = serializers.UUIDField(help_text="The job that will begin when the file has come.")
    status = serializers.CharField(help_text="As in the upload's progress.")
    progress_url = serializers.CharField()
    status_url = serializers.CharField()
    estimated_completion = serializers.DateTimeField(allow_null=True)


class ImportView(APIView):
    """Where an address is handed in."""

    @extend_schema(
        request=ImportSerializer,
        responses={202: ImportAcceptedSerializer},
        operation_id="upload_import",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """Have a file fetched by the portal."""
        form = ImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        fields = {name: str(wanted.get(name, "")) for name in ("filename", "content_type")}
        for name in ("metadata", "processing_options"):
            fields[name] = json.dumps(wanted.get(name, {}))
        user, key = request.user, request.headers.get("Idempotency-Key")

        def act() -> tuple[int, dict[str, Any]]:
            session = importing.ask(user=user, url=wanted["url"], wishes=wishes.parse(fields))
            return status.HTTP_202_ACCEPTED, uploads.expected_document(session=session)

        claim = idempotency.Claim(user.pk, ROUTE, key) if key and isinstance(user, User) else None
        code, document = idempotency.once(claim, content=[wanted["url"], fields], act=act)
        return Response(document, status=code)


class ImportEndView(APIView):
    """One import."""

    @extend_schema(responses={204: None}, operation_id="upload_import_cancel")
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Stop fetching and forget what has come."""
        importing.cancel(user=request.user, upload_id=upload_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
