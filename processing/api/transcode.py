"""Ordering over HTTP: other renditions of a file, a streaming set of it, encrypted or not."""

import re
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.exceptions import InvalidOptions
from assets.models import Asset
from assets.services import uploads
from mediaportal.accounts.models import User
from mediaportal.core import idempotency
from mediaportal.core.doors import problem_of
from mediaportal.core.problems import FieldProblem, NotFound
from processing.ffmpeg.codecs import CODECS
from processing.models import Scheme, Tracks
from processing.services import estimates, keys, orders
from processing.services.orders import Format
from processing.services.packages import FORMATS, Order

ROUTE = "media.transcode"

_LATER = ("trim", "watermark", "compress")
_MOST_THUMBNAILS = 10
_RATE = re.compile(r"(\d{1,9})([kKmM]?)")
_FACTORS = {"": 1, "k": 1000, "m": 1_000_000}
_ALIASES = {"hevc": "h265", "avc": "h264", "h.264": "h264", "h.265": "h265"}
_SCHEMES = [Scheme.CBCS.value, Scheme.CENC.value]
# Nothing of what was sent is said again: it may be a key in the wrong place.
_WRONG: dict[str, Any] = {"invalid_choice": gettext_lazy("This is none of the choices.")}


class _Strict(serializers.Serializer[Any]):
    """A form that refuses what it does not know, so that nobody waits for what will not happen."""

    def to_internal_value(self, data: Any) -> Any:
        """Parse, after refusing what is not known."""
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            said = [ErrorDetail(_("This is not known here."), code="unknown")]
            raise serializers.ValidationError({str(name)[:40]: said for name in sorted(map(str, unknown))})
        return super().to_internal_value(data)


class FormatSerializer(_Strict):
    """A rendition that is wanted."""

    quality = serializers.CharField(max_length=10, help_text="its lines: 1080p, 720p …")
    format = serializers.ChoiceField(choices=["mp4"], default="mp4", error_messages=_WRONG)
    bitrate = serializers.CharField(
        required=False, max_length=12, help_text="the cap, in bit/s; also 5000k or 5M"
    )
    codec = serializers.CharField(default="h264", max_length=10, help_text="h264, h265, av1, vp9")


class EncryptionSerializer(_Strict):
    """How a streaming set is encrypted. Without `kid` and `key` the portal makes keys of its own."""

    scheme = serializers.ChoiceField(choices=_SCHEMES, default="cbcs", error_messages=_WRONG)
    kid = serializers.CharField(required=False, max_length=50, help_text="a UUID, or 32 hexadecimal digits")
    key = serializers.CharField(
        required=False,
        max_length=50,
        write_only=True,
        help_text="32 hexadecimal digits, or 16 bytes in base64; kept sealed and never shown again",
    )
    tracks = serializers.ChoiceField(choices=Tracks.values, default=Tracks.ALL.value, error_messages=_WRONG)


class PackageOrderSerializer(_Strict):
    """The streaming set that is wanted."""

    hls = serializers.BooleanField(required=False, help_text="true unless said; never with cenc")
    dash = serializers.BooleanField(required=False, help_text="true unless said")
    encryption = EncryptionSerializer(
        required=False, allow_null=True, help_text="absent: as the file is now; null: not at all"
    )


class TranscodeSerializer(_Strict):
    """An order: of an asset, or of an address that the portal fetches first."""

    asset_id = serializers.UUIDField(required=False)
    source_url = serializers.CharField(required=False, max_length=4000)
    output_formats = FormatSerializer(many=True, required=False)
    generate_thumbnails = serializers.BooleanField(
        required=False, help_text="true is what happens anyhow: ten are taken of every video"
    )
    thumbnail_count = serializers.IntegerField(required=False, min_value=1, max_value=_MOST_THUMBNAILS)
    package = PackageOrderSerializer(required=False)
    trim = serializers.JSONField(required=False, help_text="not yet: refused")
    watermark = serializers.JSONField(required=False, help_text="not yet: refused")
    compress = serializers.JSONField(required=False, help_text="not yet: refused")


class OrderedSerializer(serializers.Serializer[Any]):
    """The answer to an order."""

    job_id = serializers.UUIDField()
    asset_id = serializers.UUIDField(allow_null=True, help_text="Null until the file has been fetched.")
    estimated_completion = serializers.DateTimeField(allow_null=True)
    status_url = serializers.CharField()


class TranscodeView(APIView):
    """Where work on a file is ordered."""

    @extend_schema(
        request=TranscodeSerializer,
        responses={202: OrderedSerializer},
        operation_id="media_transcode",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """Order renditions and a streaming set, of an asset or of an address."""
        wanted = _parsed(request.data)
        order = _order(wanted["package"]) if "package" in wanted else None
        formats = [_format(one, number) for number, one in enumerate(wanted.get("output_formats", []))]
        user, key = request.user, request.headers.get("Idempotency-Key")

        def act() -> tuple[int, dict[str, Any]]:
            return status.HTTP_202_ACCEPTED, _carry_out(request, wanted, formats, order)

        claim = idempotency.Claim(user.pk, ROUTE, key) if key and isinstance(user, User) else None
        code, document = idempotency.once(claim, content=_without_key(wanted), act=act)
        return Response(document, status=code)


def _parsed(data: Any) -> dict[str, Any]:
    """A request of the right form. Raises `InvalidOptions`, which says nothing of the values."""
    form = TranscodeSerializer(data=data)
    try:
        form.is_valid(raise_exception=True)
    except exceptions.ValidationError as error:
        raise InvalidOptions(errors=problem_of(error).errors) from None
    wanted: dict[str, Any] = form.validated_data
    problems = [
        FieldProblem(name, "not_yet", _("This cannot be ordered yet."))
        for name in _LATER
        if wanted.get(name) is not None
    ]
    if wanted.get("generate_thumbnails") is False:
        said = _("Thumbnails are always taken.")
        problems.append(FieldProblem("generate_thumbnails", "not_yet", said))
    if ("asset_id" in wanted) == ("source_url" in wanted):
        said = _("Name one of the two: asset_id or source_url.")
        problems.append(FieldProblem("asset_id", "invalid", said))
    elif "asset_id" in wanted and "package" not in wanted and not wanted.get("output_formats"):
        said = _("Say what is wanted: output_formats, package, or both.")
        problems.append(FieldProblem("output_formats", "required", said))
    if problems:
        raise InvalidOptions(problems[0].detail, errors=problems)
    return wanted


def _carry_out(
    request: Request, wanted: dict[str, Any], formats: list[Format], order: Order | None
) -> dict[str, Any]:
    """Place the order; returns the answer, in which there is no key."""
    user = request.user
    if "source_url" in wanted:
        session = orders.fetch(user=user, url=wanted["source_url"], formats=formats, order=order)
        return _answer(session.job_id, None)
    asset = Asset.objects.visible_to(user).filter(pk=wanted["asset_id"]).first()
    if asset is None:
        raise NotFound
    if formats:
        job = orders.transcode(user=user, asset=asset, formats=formats, order=order)
    else:
        job = orders.package(user=user, asset=asset, order=order)
    answer = _answer(job.pk, asset.pk)
    done = estimates.end_of(job)
    if done is not None:
        answer["estimated_completion"] = done.isoformat(timespec="seconds").replace("+00:00", "Z")
    return answer


def _answer(job_id: UUID, asset_id: UUID | None) -> dict[str, Any]:
    """What is answered to an order."""
    return {
        "job_id": str(job_id),
        "asset_id": str(asset_id) if asset_id else None,
        "estimated_completion": None,
        "status_url": uploads.STATUS_URL.format(job_id),
    }


def _order(asked: dict[str, Any]) -> Order:
    """The set that is wanted. Raises `InvalidOptions`."""
    formats = [form for form in FORMATS if asked.get(form, True)]
    if not formats:
        raise _wrong("package", _("Ask for HLS, for DASH, or for both."))
    if "encryption" not in asked:
        return Order(formats=tuple(formats))
    encryption = asked["encryption"]
    if encryption is None:
        return Order(scheme="", formats=tuple(formats))
    scheme, tracks = encryption["scheme"], encryption["tracks"]
    if scheme == Scheme.CENC:
        if asked.get("hls") or "dash" not in formats:
            raise _wrong(
                "package.hls",
                _("HLS cannot say that a set is encrypted by cenc: ask for DASH alone, or for cbcs."),
            )
        formats = ["dash"]
    kid, key = encryption.get("kid"), encryption.get("key")
    if (kid is None) != (key is None):
        missing = "kid" if kid is None else "key"
        raise _wrong(
            f"package.encryption.{missing}", _("A key and its id are sent together."), code="required"
        )
    given = None
    if kid is not None and key is not None:
        given = keys.given_key(kid=kid, key=key, field_name="package.encryption")
    return Order(scheme=scheme, tracks=tracks, formats=tuple(formats), given=given)


def _format(asked: dict[str, Any], number: int) -> Format:
    """A rendition that is wanted. Raises `InvalidOptions`."""
    codec = _ALIASES.get(asked["codec"].lower(), asked["codec"].lower())
    if codec not in CODECS:
        said = _("There is no codec of this name; there are %(names)s.") % {"names": ", ".join(CODECS)}
        raise _wrong(f"output_formats.{number}.codec", said)
    if "bitrate" not in asked:
        return Format(asked["quality"], None, codec)
    found = _RATE.fullmatch(asked["bitrate"].strip())
    if found is None:
        raise _wrong(f"output_formats.{number}.bitrate", _("Must be a number of bit/s, such as 5000k."))
    return Format(asked["quality"], int(found[1]) * _FACTORS[found[2].lower()], codec)


def _without_key(wanted: dict[str, Any]) -> dict[str, Any]:
    """The content by which a repeated request is known: of a key it has what tells it from another one, and no more."""
    encryption = wanted.get("package", {}).get("encryption")
    if not encryption or "key" not in encryption:
        return wanted
    mark = salted_hmac(ROUTE, encryption["key"], algorithm="sha256").hexdigest()
    return {**wanted, "package": {**wanted["package"], "encryption": {**encryption, "key": mark}}}


def _wrong(field: str, detail: str, code: str = "invalid") -> InvalidOptions:
    """The error for one field."""
    return InvalidOptions(detail, errors=[FieldProblem(field, code, detail)])
