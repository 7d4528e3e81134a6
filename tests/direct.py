"""Clients that send bytes straight into the bucket: the portal's answers, and what browsers do with them.

The service of these tests checks no signature; what is signed is looked at instead.
"""

import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rest_framework.test import APIClient

from tests.forms import png

BASE = "/api/v1/uploads/s3-multipart"
SIGNED_URL = "/api/v1/uploads/signed-url"
MIB = 1024**2


def large(size: int = 6 * MIB) -> bytes:
    """A picture that is padded to a size: what libmagic looks at is its head."""
    return png() + bytes(size - len(png()))


def begin(sender: APIClient, content: bytes, **changes: Any) -> Any:
    wish = {"filename": "still.png", "size": len(content)} | changes
    answer = sender.post(BASE, wish, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def send(signed: dict[str, Any], content: bytes) -> str:
    """What a browser does with a signed address; returns the ETag."""
    headers = {"Content-Type": "application/octet-stream"} | signed["headers"]
    request = urllib.request.Request(signed["url"], data=content, method=signed["method"], headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.headers["ETag"])


def sign(sender: APIClient, upload_id: str, *parts: dict[str, Any]) -> Any:
    answer = sender.post(f"{BASE}/sign-part", {"upload_id": upload_id, "parts": list(parts)}, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()["parts"]


def send_parts(sender: APIClient, upload_id: str, content: bytes, size: int = 5 * MIB) -> list[Any]:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    signed = sign(sender, upload_id, *[{"part_number": n} for n in range(1, len(pieces) + 1)])
    return [
        {"PartNumber": one["part_number"], "ETag": send(one, piece)}
        for one, piece in zip(signed, pieces, strict=True)
    ]


def signed_headers(url: str) -> set[str]:
    return set(parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0].split(";"))


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def put(sender: APIClient, content: bytes, **changes: Any) -> Any:
    answer = sender.post(SIGNED_URL, {"filename": "still.png", "size": len(content)} | changes, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def refresh(sender: APIClient, upload_id: str) -> Any:
    return sender.post(f"/api/v1/uploads/{upload_id}/refresh")
