"""Multipart forms as browsers write them."""

import json
from io import BytesIO
from typing import Any

from PIL import Image

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def field(name: str, value: Any) -> bytes:
    """A text part; what is not text is sent as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + text.encode() + b"\r\n"


def file_part(content: bytes, filename: str = "film.mp4", name: str = "file") -> bytes:
    """A file part."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def form(*parts: bytes) -> bytes:
    """A whole form."""
    return b"".join(parts) + END


def pieces(data: bytes, size: int) -> list[bytes]:
    """A body in pieces of so many bytes."""
    return [data[at : at + size] for at in range(0, len(data), size)] or [b""]


def png(width: int = 8, height: int = 8) -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()
