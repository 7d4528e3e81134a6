"""What drf-spectacular cannot see: the raw ASGI paths, and the errors that every address may answer with."""

from typing import Any

from mediaportal import openapi_tus
from mediaportal.core.problems import CONTENT_TYPE

_UUID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details. `code` is stable; `detail` is for a person, in their language.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {"field": _TEXT, "code": _TEXT, "detail": _TEXT},
            },
        },
    },
}
UPLOAD_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "Exactly one file."},
        "filename": {"type": "string", "description": "In place of the name of the file's part."},
        "content_type": {"type": "string", "enum": ["video", "audio", "image"]},
        "metadata": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "JSON: title, description, visibility (private, internal), age_rating, tags, "
            "collection (an id), email.",
        },
        "processing_options": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "JSON: preset (see /api/v1/presets/), poster (best, classic).",
        },
    },
}
_ERRORS = {"400": "Not valid", "401": "Nobody is signed in", "403": "Not permitted", "404": "Not found"}


def problem_response(description: str) -> dict[str, Any]:
    """An answer that is a problem."""
    return {
        "description": description,
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """An answer in JSON."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, place: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """A parameter of an operation."""
    return {
        "name": name,
        "in": place,
        "schema": schema,
        "description": description,
        "required": place == "path",
    }


def _upload() -> dict[str, Any]:
    """`POST /api/v1/media/upload`."""
    refusals = {
        "409": "The `upload_id` is taken, or the same request runs just now (`idempotency_in_progress`)",
        "413": "`file_too_large`",
        "415": "`unsupported_media_type` or `disguised_file`, told by the bytes",
        "422": "`idempotency_mismatch`",
        "429": "`rate_limited`",
        "507": "`storage_full`",
    }
    return {
        "operationId": "media_upload",
        "description": "Send one file in a form. The bytes are streamed; fields may stand before or after the file.",
        "tags": ["media"],
        "parameters": [
            _parameter(
                "upload_id", "query", _UUID, "Chosen by the client, to watch the bytes while they flow."
            ),
            _parameter("Idempotency-Key", "header", _TEXT, "A repeat is answered as the first request was."),
        ],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": UPLOAD_FORM}}},
        "security": [{"jwtAuth": []}, {"cookieAuth": []}],
        "responses": {
            "202": _json("Accepted", {"$ref": "#/components/schemas/UploadAccepted"}),
            **{status: problem_response(text) for status, text in refusals.items()},
        },
    }


def _file() -> dict[str, Any]:
    """`GET /files/{token}/{path}`."""
    bytes_ = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    return {
        "operationId": "file",
        "description": "A file or a part of it. The address comes from other answers and ends after a while.",
        "tags": ["files"],
        "parameters": [
            _parameter("token", "path", _TEXT, "Signed; binds the file, the person and the time."),
            _parameter("path", "path", _TEXT, "A file's name, or a path inside a streaming package."),
            _parameter("Range", "header", _TEXT, "One range of bytes."),
        ],
        "security": [{}],
        "responses": {
            "200": {"description": "The file", **bytes_},
            "206": {"description": "The part that was asked for", **bytes_},
            "302": {
                "description": "The bucket sends it: an address that is good for a minute (`S3_DELIVERY`)"
            },
            "304": {"description": "Not changed"},
            "403": problem_response("`link_expired`: ask for a new link"),
            "416": {"description": "The range lies outside the file"},
        },
    }


def _license() -> dict[str, Any]:
    """`POST /files/{token}/license`."""
    return {
        "operationId": "file_license",
        "description": "A ClearKey licence. The address comes from the playback document and ends after a while.",
        "tags": ["files"],
        "parameters": [
            _parameter("token", "path", _TEXT, "Signed; binds the package, the person and the time.")
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LicenseRequest"}}},
        },
        "security": [{}],
        "responses": {
            "200": _json("The keys", {"$ref": "#/components/schemas/License"}),
            "400": problem_response("No licence request"),
            "403": problem_response("`link_expired`: ask for a new link"),
            "429": problem_response("`rate_limited`"),
            "503": problem_response("`master_key_missing`"),
        },
    }


def _health(ready: bool) -> dict[str, Any]:
    """`GET /health/…`."""
    properties: dict[str, Any] = {"status": _TEXT}
    if ready:
        properties |= {
            "parts": {"type": "object", "additionalProperties": _TEXT},
            "failing": {"type": "array", "items": _TEXT},
        }
    body = {"type": "object", "properties": properties}
    responses = {"200": _json("All is well", body)}
    if ready:
        responses["503"] = _json("A part does not answer; it is named", body)
    return {
        "operationId": "health_ready" if ready else "health_live",
        "tags": ["health"],
        "security": [{}],
        "responses": responses,
    }


def _metrics() -> dict[str, Any]:
    """`GET /metrics`."""
    return {
        "operationId": "metrics",
        "description": "Figures for Prometheus, with the installation's `METRICS_TOKEN` or as an administrator.",
        "tags": ["health"],
        "responses": {
            "200": {"description": "The figures", "content": {"text/plain": {"schema": _TEXT}}},
            "401": problem_response("Neither the token nor somebody signed in"),
            "403": problem_response("`not_permitted`: not an administrator"),
        },
    }


def add_raw_paths(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Post-processing hook: the paths that Django does not serve."""
    result["paths"] |= {
        "/api/v1/media/upload": {"post": _upload()},
        "/files/{token}/{path}": {"get": _file()},
        "/files/{token}/license": {"post": _license()},
        **openapi_tus.paths(),
        "/metrics": {"get": _metrics()},
        "/health/live": {"get": _health(ready=False)},
        "/health/ready": {"get": _health(ready=True)},
    }
    result["paths"] = dict(sorted(result["paths"].items()))
    result["components"]["schemas"]["Problem"] = PROBLEM
    return result


def add_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Post-processing hook: the errors that an operation may answer with, unless it says so itself."""
    for path, operations in result["paths"].items():
        for operation in operations.values():
            if not isinstance(operation, dict) or path.startswith("/health/"):
                continue
            wanted = [status for status in _ERRORS if status != "404" or "{" in path]
            if path.startswith("/files/"):
                wanted = ["404"]
            for status in wanted:
                operation["responses"].setdefault(status, problem_response(_ERRORS[status]))
    return result
