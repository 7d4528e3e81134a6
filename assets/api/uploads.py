"""Watching an upload. Taking its bytes is the business of `assets.doors.uploads`."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.api.serializers import UploadProgressSerializer
from assets.models import UploadSession
from assets.services import uploads


class UploadProgressView(APIView):
    """One upload of the caller's own (or anybody's, for the staff that sees all)."""

    @extend_schema(responses=UploadProgressSerializer, operation_id="upload_progress")
    def get(self, request: Request, upload_id: UUID) -> Response:
        """How far an upload is: its bytes while they come, its processing afterwards."""
        visible = UploadSession.objects.visible_to(request.user).select_related("asset")
        session = visible.filter(pk=upload_id).first()
        if session is None:
            raise Http404
        return Response(uploads.progress_document(session=session), headers={"Cache-Control": "no-store"})
