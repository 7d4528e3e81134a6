"""The addresses of tus in the OpenAPI document, written by hand: most of it is told in headers."""

from typing import Any

from mediaportal.core import tus

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}
_BYTES = {tus.CHUNK_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _asked(
    name: str, description: str, schema: dict[str, Any] = _TEXT, *, required: bool = False
) -> dict[str, Any]:
    """A header of a request."""
    return {"name": name, "in": "header", "description": description, "schema": schema, "required": required}


def _told(description: str, schema: dict[str, Any] = _TEXT) -> dict[str, Any]:
    """A header of an answer."""
    return {"description": description, "schema": schema}


_VERSION = _asked(
    "Tus-Resumable", "The version that the client speaks.", {"const": tus.VERSION}, required=True
)
_GUEST = _asked("X-Guest-Link", "The token of a guest link, in place of a sign-in.")
_CHECKSUM = _asked(
    "Upload-Checksum",
    f"`<algorithm> <base64>` of the chunk; {', '.join(tus.ALGORITHMS)}. A chunk with another hash is thrown away.",
)
_ID = {
    "name": "upload_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "description": "From `Location`. Whoever knows it may go on with the upload.",
}
_STANDING = {
    "Tus-Resumable": _told("The version that is spoken."),
    "Upload-Offset": _told("How many bytes are on the disk for good.", _NUMBER),
    "Upload-Expires": _told("Until when the upload can be gone on with."),
    "X-Asset-Id": _told("Once the file is accepted."),
    "X-Job-Id": _told("Once the file is accepted."),
}
_REFUSALS = {
    "400": "`invalid_options`, `empty_file`, `checksum_mismatch` (of the whole file)",
    "403": "`not_permitted`",
    "404": "`not_found`",
    "409": "`offset_mismatch`: ask with HEAD where the upload stands",
    "410": "`upload_gone`: expired, refused or ended",
    "412": "`tus_version_unsupported`",
    "413": "`file_too_large`, `quota_exceeded`",
    "415": "`unsupported_media_type`: the file by its bytes, or the request by its Content-Type",
    "423": "`upload_locked`: another request is writing",
    "429": "`rate_limited`",
    "460": "`checksum_mismatch`: the chunk was thrown away",
    "507": "`storage_full`: what was acknowledged is kept",
}


def _answers(status: str, description: str, *refusals: str, **headers: Any) -> dict[str, Any]:
    """The answers of an operation."""
    good = {status: {"description": description, "headers": _STANDING | headers}}
    return good | {one: {"description": _REFUSALS[one], "content": _PROBLEM} for one in refusals}


def _operation(
    name: str, description: str, responses: dict[str, Any], *parameters: dict[str, Any]
) -> dict[str, Any]:
    """One operation; those on an upload need no sign-in."""
    return {
        "operationId": name,
        "description": description,
        "tags": ["uploads"],
        "parameters": list(parameters),
        "security": [{}],
        "responses": responses,
    }


def _collection() -> dict[str, Any]:
    """`/api/v1/uploads/`."""
    able = {
        "Tus-Version": _told("The versions that are spoken."),
        "Tus-Extension": _told(", ".join(tus.EXTENSIONS)),
        "Tus-Max-Size": _told("The largest file in bytes.", _NUMBER),
        "Tus-Checksum-Algorithm": _told(", ".join(tus.ALGORITHMS)),
    }
    create = _operation(
        "uploads_create",
        "Begin an upload; with a body of `application/offset+octet-stream` send its first bytes at once.",
        _answers(
            "201", "Begun", "400", "403", "410", "412", "413", "415", "429", "460", "507",
            Location=_told("The address of the upload.")
        ),
        _VERSION,
        _GUEST,
        _asked("Upload-Length", "The size of the file in bytes.", _NUMBER),
        _asked("Upload-Defer-Length", "1 when the size is not known yet.", {"const": 1}),
        _asked("Upload-Metadata", "Pairs of a key and a value in base64."),
        _asked("Upload-Concat", "`partial` for a part; `final;` and the addresses of finished parts to join them."),
        _CHECKSUM,
    )  # fmt: skip
    create["security"] = [{"jwtAuth": []}, {"cookieAuth": []}, {}]
    create["requestBody"] = {"required": False, "content": _BYTES}
    options = _operation(
        "uploads_options", "What the server can do.", _answers("204", "Told in headers", **able)
    )
    return {"post": create, "options": options}


def _one() -> dict[str, Any]:
    """`/api/v1/uploads/{upload_id}`."""
    shown = {
        "Upload-Length": _told("The size of the file, if it is known.", _NUMBER),
        "Upload-Defer-Length": _told("1 while it is not."),
        "Upload-Metadata": _told("As it was sent."),
        "Upload-Concat": _told("As it was sent."),
    }
    look = _operation(
        "uploads_look",
        "Where the upload stands.",
        _answers("200", "Told in headers", "403", "404", "410", "412", "415", **shown),
        _ID,
        _VERSION,
    )
    patch = _operation(
        "uploads_patch",
        "Send the bytes from `Upload-Offset` on.",
        _answers("204", "Acknowledged", *_REFUSALS),
        _ID,
        _VERSION,
        _asked("Upload-Offset", "Where the bytes begin.", _NUMBER, required=True),
        _asked("Upload-Length", "The size of a file that was begun without one.", _NUMBER),
        _CHECKSUM,
    )
    patch["requestBody"] = {"required": True, "content": _BYTES}
    end = _operation(
        "uploads_end",
        "End the upload and remove its bytes.",
        _answers("204", "Ended", "403", "404", "410", "412"),
        _ID,
        _VERSION,
    )
    return {"head": look, "patch": patch, "delete": end}


def paths() -> dict[str, Any]:
    """Both addresses."""
    return {"/api/v1/uploads/": _collection(), "/api/v1/uploads/{upload_id}": _one()}
