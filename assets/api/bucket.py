"""Uploads straight into the bucket: the portal signs, looks at what came, and accepts it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets import registry
from assets.api.bucketforms import (
    BucketPartSerializer,
    CompleteNamedSerializer,
    CompleteSerializer,
    DirectUploadSerializer,
    MultipartBegunSerializer,
    MultipartUploadSerializer,
    NamedUploadSerializer,
    PartWishSerializer,
    SignedPartsSerializer,
    SignedSerializer,
    SignedUploadSerializer,
    SignPartsSerializer,
)
from assets.api.uploadforms import UploadAcceptedSerializer
from assets.models import Asset, UploadSession
from assets.services import uploads
from assets.services.direct import multipart, signing, single
from assets.services.direct.signing import Signed

_NOT_KEPT = {"Cache-Control": "no-store"}


_KEY = OpenApiParameter("key", str, description="As browser libraries send it; not used.")


def _parsed(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body of a request, checked."""
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    found: dict[str, Any] = form.validated_data
    return found


def _signed(signed: Signed) -> dict[str, Any]:
    """A signed address as it is answered."""
    return {
        "url": signed.url,
        "method": signed.method,
        "headers": signed.headers,
        "expires_at": signed.expires_at,
    }


def _accepted(session: UploadSession, asset: Asset) -> Response:
    """202 with the document of a form's upload."""
    session.refresh_from_db()
    seconds = registry.expected_seconds(asset)
    document = uploads.accepted_document(session=session, asset=asset, seconds=seconds)
    return Response(document, status=status.HTTP_202_ACCEPTED)


class MultipartUploadView(APIView):
    """Files in parts."""

    @extend_schema(
        request=MultipartUploadSerializer,
        responses={201: MultipartBegunSerializer},
        operation_id="bucket_multipart_begin",
    )
    def post(self, request: Request) -> Response:
        """Begin a file in parts."""
        signing.require_on()
        form = MultipartUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        session = multipart.begin(
            user=request.user,
            filename=data["filename"],
            size=data["size"],
            wishes=form.wishes(),
            sha256=data.get("sha256", ""),
            part_checksums=data.get("part_checksums", False),
        )
        document = {
            "upload_id": session.pk,
            "uploadId": session.pk,
            "key": session.storage_key,
            "part_size": multipart.part_bytes(data["size"]),
            "expires_at": session.expires_at,
        }
        return Response(MultipartBegunSerializer(document).data, status=status.HTTP_201_CREATED)


class SignPartsView(APIView):
    """Addresses for parts."""

    @extend_schema(
        request=SignPartsSerializer,
        responses={200: SignedPartsSerializer},
        operation_id="bucket_multipart_sign",
    )
    def post(self, request: Request) -> Response:
        """Sign the addresses of parts."""
        signing.require_on()
        data = _parsed(SignPartsSerializer, request)
        session = signing.find(user=request.user, upload_id=data["upload_id"])
        wanted = [PartWishSerializer().wish(part) for part in data["parts"]]
        signed = multipart.sign_parts(session=session, parts=wanted)
        document = {
            "parts": [
                _signed(one) | {"part_number": part.number} for part, one in zip(wanted, signed, strict=True)
            ]
        }
        return Response(SignedPartsSerializer(document).data, headers=_NOT_KEPT)


class OneMultipartView(APIView):
    """One file in parts."""

    @extend_schema(
        parameters=[_KEY],
        responses={200: BucketPartSerializer(many=True)},
        operation_id="bucket_multipart_parts",
        filters=False,
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        """The parts that the bucket has: what need not be sent again."""
        found = multipart.list_parts(session=signing.find(user=request.user, upload_id=upload_id))
        document = [{"PartNumber": part.number, "ETag": part.etag, "Size": part.size} for part in found]
        return Response(document, headers=_NOT_KEPT)

    @extend_schema(parameters=[_KEY], responses={204: None}, operation_id="bucket_multipart_abort")
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Give a file up and remove its parts."""
        multipart.abort(session=signing.find(user=request.user, upload_id=upload_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class OnePartView(APIView):
    """One part of a file."""

    @extend_schema(
        parameters=[_KEY],
        responses={200: SignedSerializer},
        operation_id="bucket_multipart_sign_one",
    )
    def get(self, request: Request, upload_id: UUID, part_number: int) -> Response:
        """Sign the address of one part."""
        signing.require_on()
        form = PartWishSerializer(data={"part_number": part_number})
        form.is_valid(raise_exception=True)
        session = signing.find(user=request.user, upload_id=upload_id)
        signed = multipart.sign_parts(session=session, parts=[form.wish(form.validated_data)])
        return Response(SignedSerializer(_signed(signed[0])).data, headers=_NOT_KEPT)


def _complete(request: Request, upload_id: UUID, parts: list[dict[str, Any]]) -> Response:
    """Join and accept."""
    session = signing.find(user=request.user, upload_id=upload_id)
    etags = [(part["PartNumber"], part["ETag"]) for part in parts]
    return _accepted(session, multipart.complete(session=session, etags=etags))


class CompleteOneView(APIView):
    """The end of a file in parts."""

    @extend_schema(
        parameters=[_KEY],
        request=CompleteSerializer,
        responses={202: UploadAcceptedSerializer},
        operation_id="bucket_multipart_complete_one",
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Join the parts and accept the file."""
        signing.require_on()
        return _complete(request, upload_id, _parsed(CompleteSerializer, request)["parts"])


class CompleteView(APIView):
    """The end of a file in parts, named in the body."""

    @extend_schema(
        request=CompleteNamedSerializer,
        responses={202: UploadAcceptedSerializer},
        operation_id="bucket_multipart_complete",
    )
    def post(self, request: Request) -> Response:
        """Join the parts and accept the file."""
        signing.require_on()
        data = _parsed(CompleteNamedSerializer, request)
        return _complete(request, data["upload_id"], data["parts"])


class AbortView(APIView):
    """Giving a file up, named in the body."""

    @extend_schema(
        request=NamedUploadSerializer,
        responses={204: None},
        operation_id="bucket_multipart_abort_named",
    )
    def post(self, request: Request) -> Response:
        """Give a file up and remove its parts."""
        signing.require_on()
        upload_id = _parsed(NamedUploadSerializer, request)["upload_id"]
        multipart.abort(session=signing.find(user=request.user, upload_id=upload_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignedUrlView(APIView):
    """Files by one PUT."""

    @extend_schema(
        request=DirectUploadSerializer,
        responses={201: SignedUploadSerializer},
        operation_id="bucket_signed_url",
    )
    def post(self, request: Request) -> Response:
        """Begin a file by one PUT."""
        signing.require_on()
        form = DirectUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        session, signed = single.begin(
            user=request.user,
            filename=data["filename"],
            size=data["size"],
            wishes=form.wishes(),
            sha256=data.get("sha256", ""),
        )
        document = {"upload_id": session.pk} | _signed(signed)
        return Response(
            SignedUploadSerializer(document).data, status=status.HTTP_201_CREATED, headers=_NOT_KEPT
        )


class RefreshView(APIView):
    """The look at what has arrived."""

    @extend_schema(
        request=None,
        responses={202: UploadAcceptedSerializer},
        operation_id="bucket_refresh",
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Look again for an object that was sent by a signed PUT, and accept it."""
        session = signing.find(user=request.user, upload_id=upload_id)
        return _accepted(session, single.refresh(session=session))
