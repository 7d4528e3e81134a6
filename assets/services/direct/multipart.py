"""A file in parts, each sent by the client to the bucket, listed when it goes on later, and joined there.

It comes straight to the key of its future asset: once the parts are joined their addresses are dead, so nobody can
change what was judged.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import ChecksumMismatch, StorageUnavailable, UploadBroken
from assets.models import Asset, UploadSession
from assets.services import ingest, limits, transit, uploads
from assets.services.direct import signing
from assets.services.direct.signing import Signed
from assets.services.places import bucket
from assets.services.wishes import Wishes
from mediaportal.core.problems import Conflict, FieldProblem, InvalidInput, NotFound, Problem

MOST_PARTS = 10_000
MOST_PART_BYTES = 5 * 1024**3
_USUAL_PART_BYTES = 16 * 1024**2
_MIB = 1024**2
_WRONG_BYTES = {"InvalidPart", "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch"}
_WRONG_PARTS = {"EntityTooSmall", "InvalidPartOrder", "InvalidRequest", "MalformedXML", "EntityTooLarge"}


@dataclass(frozen=True)
class PartWish:
    """A part that is to be sent: its number from 1, its size in bytes, and its SHA-256 or MD5 in hex, where known."""

    number: int
    size: int | None = None
    sha256: str = ""
    md5: str = ""


@dataclass(frozen=True)
class Part:
    """A part that the bucket has; size in bytes, `sha256` in base64 when the bucket keeps it."""

    number: int
    etag: str
    size: int
    sha256: str = ""


def part_bytes(size: int) -> int:
    """A good size for the parts of a file of `size` bytes: whole MiB, at most ten thousand parts."""
    least = -(-size // MOST_PARTS)
    return max(_USUAL_PART_BYTES, -(-least // _MIB) * _MIB)


def begin(
    *,
    user: access.Caller,
    filename: str,
    size: int,
    wishes: Wishes,
    sha256: str = "",
    part_checksums: bool = False,
) -> UploadSession:
    """Begin a file of `size` bytes. With `part_checksums` the bucket wants the SHA-256 of every part, and compares.

    Raises what `signing.begin` does, and `StorageUnavailable`.
    """
    signing.require_on()
    key = transit.new_key(wishes.filename or filename)
    session = signing.begin(
        user=user, filename=filename, size=size, wishes=wishes, sha256=sha256, storage_key=key
    )
    place = bucket.storage()
    checked = {"ChecksumAlgorithm": "SHA256"} if part_checksums else {}
    try:
        with bucket.calling(key):
            made = place.client.create_multipart_upload(
                Bucket=place.bucket_name, Key=place.full_key(key), **checked
            )
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
        raise
    session.multipart_id = made["UploadId"]
    session.save(update_fields=["multipart_id"])
    return session


def sign_parts(*, session: UploadSession, parts: list[PartWish]) -> list[Signed]:
    """Addresses for sending parts. Size and checksum are bound into the signature as far as the client named them.

    Raises `UploadGone` when the upload has ended, `Conflict` when it was accepted, `NotFound` when it is not one in
    parts.
    """
    _require_parts(session)
    signing.require_running(session)
    return [_sign_part(session, part) for part in parts]


def _sign_part(session: UploadSession, part: PartWish) -> Signed:
    """The address of one part."""
    facts: dict[str, Any] = {"UploadId": session.multipart_id, "PartNumber": part.number}
    headers: dict[str, str] = {}
    if part.size is not None:
        facts["ContentLength"] = part.size
    if part.sha256:
        headers["x-amz-checksum-sha256"] = facts["ChecksumSHA256"] = signing.in_base64(part.sha256)
    if part.md5:
        headers["content-md5"] = facts["ContentMD5"] = signing.in_base64(part.md5)
    return signing.sign("upload_part", key=session.storage_key, headers=headers, **facts)


def list_parts(*, session: UploadSession) -> list[Part]:
    """The parts that the bucket has, in their order; none for an upload that was joined already.

    Raises `StorageUnavailable`, and `UploadGone` when the upload has ended.
    """
    _require_parts(session)
    if session.status == UploadSession.Status.ACCEPTED:
        return []
    signing.require_running(session)
    found = _parts_of(session) or []
    received = sum(part.size for part in found)
    uploads.note_progress(session=session, received=received, total=session.bytes_total, durable=True)
    return found


def _parts_of(session: UploadSession) -> list[Part] | None:
    """The parts that the bucket has; None when it knows no such upload (any more)."""
    place = bucket.storage()
    found: list[Part] = []
    try:
        pages = place.client.get_paginator("list_parts").paginate(
            Bucket=place.bucket_name,
            Key=place.full_key(session.storage_key),
            UploadId=session.multipart_id,
        )
        with bucket.calling(session.storage_key):
            for page in pages:
                found += [
                    Part(
                        one["PartNumber"], one["ETag"].strip('"'), one["Size"], one.get("ChecksumSHA256", "")
                    )
                    for one in page.get("Parts", [])
                ]
    except FileNotFoundError:
        return None
    except StorageUnavailable as error:
        if _code(error) in transit.NO_UPLOAD:
            return None
        raise
    return found


def complete(*, session: UploadSession, etags: list[tuple[int, str]]) -> Asset:
    """Join the parts and accept the file; `etags` are the parts' numbers and what the bucket answered for each.

    Doing it again gives the same asset. Raises `ChecksumMismatch` for parts that are others than the client sent,
    `UploadBroken` when parts are missing (both leave the upload as it is), `InvalidInput` for parts that cannot be
    joined, and what `ingest.accept_object` raises.
    """
    _require_parts(session)
    if session.asset is not None:
        return session.asset
    signing.require_running(session)
    held = _parts_of(session)
    if held is not None:
        _compare(session, held, etags)
        _join(session, held)
    # Without parts it was joined before, by a request whose answer was lost.
    try:
        size = bucket.size_of(session.storage_key)
    except FileNotFoundError:
        raise UploadBroken from None
    try:
        return ingest.accept_object(session=session, key=session.storage_key, size=size)
    except Conflict:
        # It was given up while its parts were joined: what has come of them goes too.
        transit.discard(upload_id=session.pk)
        raise


def _compare(session: UploadSession, held: list[Part], etags: list[tuple[int, str]]) -> None:
    """Raise unless the bucket has exactly the parts that the client sent, and together they are the whole file."""
    named = {number: etag.strip('"') for number, etag in etags}
    known = {part.number: part.etag for part in held}
    if len(named) != len(etags) or set(named) != set(range(1, len(named) + 1)) or not named:
        detail = _("Parts are numbered from 1 without a gap.")
        raise InvalidInput(detail, errors=[FieldProblem("parts", "invalid", detail)])
    if set(known) != set(named):
        raise UploadBroken(_("The bucket has other parts than were named."))
    if known != named:
        raise ChecksumMismatch(_("A part in the bucket is not the one that was sent."))
    total = sum(part.size for part in held)
    limits.require_size(total)
    if session.bytes_total is not None and total != session.bytes_total:
        raise UploadBroken(
            _("The parts have %(found)d bytes together, announced were %(wanted)d.")
            % {"found": total, "wanted": session.bytes_total}
        )


def _join(session: UploadSession, held: list[Part]) -> None:
    """Have the bucket join the parts, with the checksums that it keeps itself."""
    place = bucket.storage()
    parts = [
        {"PartNumber": part.number, "ETag": f'"{part.etag}"'}
        | ({"ChecksumSHA256": part.sha256} if part.sha256 else {})
        for part in held
    ]
    try:
        with bucket.calling(session.storage_key):
            place.client.complete_multipart_upload(
                Bucket=place.bucket_name,
                Key=place.full_key(session.storage_key),
                UploadId=session.multipart_id,
                MultipartUpload={"Parts": parts},
            )
    except FileNotFoundError:
        return  # joined by another request at this moment
    except StorageUnavailable as error:
        if _code(error) in transit.NO_UPLOAD:
            return
        if _code(error) in _WRONG_BYTES:
            raise ChecksumMismatch from error
        if _code(error) in _WRONG_PARTS:
            detail = _("The bucket cannot join these parts; all but the last have at least 5 MiB.")
            raise InvalidInput(detail, errors=[FieldProblem("parts", "invalid", detail)]) from error
        raise


def abort(*, session: UploadSession) -> None:
    """Give an upload up, and remove its parts. Doing it again changes nothing. Raises `Conflict` for one that was
    accepted.
    """
    if session.status == UploadSession.Status.ACCEPTED:
        raise Conflict(_("This upload has ended already."))
    uploads.fail(upload_id=session.pk, problem=UploadBroken(_("The upload was cancelled.")))


def _require_parts(session: UploadSession) -> None:
    """Raise `NotFound` for an upload that is not one in parts."""
    if not session.multipart_id:
        raise NotFound


def _code(error: StorageUnavailable) -> str:
    """The bucket's own code of what went wrong, or nothing when it did not answer."""
    return bucket.code_of(error.__cause__) if isinstance(error.__cause__, ClientError) else ""
