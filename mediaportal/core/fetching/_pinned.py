"""A connection to one address, chosen beforehand, for a host of another name; every wait on it has an end.

The standard library's client does the talking; what it is given in place of a socket keeps the time. So nothing can
be held open by sending a byte now and then, neither in the head of an answer nor in its body.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from mediaportal.core.fetching._address import Target
from mediaportal.core.fetching._problems import ConnectionBroke, FetchFailed

_READ_BYTES = 64 * 1024


class Clock:
    """How long a wait may still take: no longer than `idle` seconds, and not beyond the deadline."""

    def __init__(self, *, idle: float, until: float) -> None:
        self.idle, self.until = idle, until

    def left(self) -> float:
        """Seconds that the next wait may take; raises `TimeoutError` when the deadline has passed."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self.idle, left)


class _TimedReader(io.RawIOBase):
    """The bytes that come, each read within the clock's time."""

    def __init__(self, line: socket.socket, clock: Clock) -> None:
        super().__init__()
        self._line, self._clock = line, clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(self._clock.left())
        return self._line.recv_into(buffer)


class TimedSocket:
    """What `http.client` needs of a socket. Closing it leaves the line open, which belongs to whoever opened it."""

    def __init__(self, line: socket.socket, clock: Clock) -> None:
        self._line, self._clock = line, clock

    def sendall(self, data: bytes) -> None:
        """Send bytes within the clock's time."""
        self._line.settimeout(self._clock.left())
        self._line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The bytes that come, as a file."""
        return io.BufferedReader(_TimedReader(self._line, self._clock), _READ_BYTES)

    def close(self) -> None:
        """Nothing: the answer is still being read."""


def connected(
    target: Target, addresses: Sequence[str], *, clock: Clock, tls: ssl.SSLContext
) -> socket.socket:
    """A line to the first of some addresses that answers, for https with the certificate checked against the host.

    Raises `ConnectionBroke`, or `FetchFailed` for a certificate that is not good.
    """
    problem = ConnectionBroke()
    for address in addresses:
        try:
            line = socket.create_connection((address, target.port), timeout=clock.left())
        except OSError:
            problem = ConnectionBroke(_("%s does not answer.") % target.authority)
            continue
        if target.scheme == "http":
            return line
        try:
            line.settimeout(clock.left())
            return tls.wrap_socket(line, server_hostname=target.host)
        except ssl.SSLCertVerificationError:
            line.close()
            raise FetchFailed(_("The certificate of %s is not good.") % target.authority) from None
        except OSError:
            line.close()
            problem = ConnectionBroke(_("%s does not speak https.") % target.authority)
    raise problem


def asked(
    line: socket.socket,
    target: Target,
    *,
    method: str,
    headers: dict[str, str],
    body: bytes | None,
    clock: Clock,
) -> http.client.HTTPResponse:
    """Send a request and read the head of its answer. Raises `OSError` and `http.client.HTTPException`."""
    client = http.client.HTTPConnection(target.host, target.port)
    client.sock = TimedSocket(line, clock)
    client.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    every = {"Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"} | headers
    if body is not None:
        every["Content-Length"] = str(len(body))
    for name, value in every.items():
        client.putheader(name, value)
    client.endheaders(body)
    return client.getresponse()
