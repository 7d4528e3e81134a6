"""A head, a trailer or a chunk header that does not end is refused before it fills the memory."""

import socket
from urllib.parse import urlsplit

import pytest

PIECE = b"a" * 16_384
MOST_PIECES = 4096  # 64 MiB: a server without a bound takes them all


def sent(web: str, head: bytes) -> tuple[int, bytes]:
    """Send a head that never ends; returns how many pieces were taken, and the answer."""
    where = urlsplit(web)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=20) as connection:
        connection.sendall(head)
        taken = 0
        try:
            while taken < MOST_PIECES:
                connection.sendall(PIECE)
                taken += 1
        except OSError:
            pass
        try:
            return taken, connection.recv(65_536)
        except OSError:  # the answer was lost with the connection
            return taken, b""


HEADS = {
    "header": b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
    "address": b"GET /health/live?",
    "trailer": b"POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_what_stands_around_a_body_has_a_bound(web: str, head: bytes) -> None:
    taken, answer = sent(web, head)
    # What the machine's own buffers hold comes on top of what the server reads.
    assert taken < MOST_PIECES // 4
    assert not answer or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))


def test_a_head_of_usual_size_and_a_long_body_pass(web: str) -> None:
    where = urlsplit(web)
    body = b"{" + b" " * 1_000_000
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=20) as connection:
        connection.sendall(
            b"POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"X-Long: " + b"a" * 30_000 + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
