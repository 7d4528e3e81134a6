"""How the server reads requests: uvicorn's own reading, with a bound on what stands around a body.

uvicorn's fast parser keeps a head in memory whatever its length, and anybody may send one. Started with
`uvicorn --http mediaportal.core.serving:BoundedHttp` a connection whose head, trailer or chunk header does not end is
answered 431 (RFC 6585) and closed.
"""

from typing import Any

import orjson
from django.utils.translation import gettext as _
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """A connection that is closed after `MOST_BYTES` which neither end a head nor belong to a body."""

    _pending = 0
    _moved = False

    def data_received(self, data: bytes) -> None:
        """Bytes have come; those of bodies are without bound here."""
        self._moved = False
        super().data_received(data)
        self._pending = 0 if self._moved else self._pending + len(data)
        if self._pending > MOST_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_headers_complete(self) -> None:
        """A head has ended."""
        self._moved = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Bytes of a body."""
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request has ended."""
        self._moved = True
        super().on_message_complete()

    def _refuse(self) -> None:
        """Answer, unless another answer is on its way already, and close."""
        running: Any = self.cycle  # none before the first request, whatever its type says
        if running is None or running.response_complete:
            detail = _("The head of a request may have at most %d KiB.") % (MOST_BYTES // 1024)
            problem: dict[str, Any] = {
                "type": "about:blank",
                "title": detail,
                "status": 431,
                "detail": detail,
                "code": "headers_too_large",
                "errors": [],
            }
            body = orjson.dumps(problem)
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body)
            )
        self.transport.close()
