"""One request and its answer, over any number of redirects that is bearable."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.utils.translation import gettext as _

from mediaportal.core.fetching._address import Target, parse
from mediaportal.core.fetching._pinned import Clock, asked, connected
from mediaportal.core.fetching._problems import AnswerTooLarge, ConnectionBroke, FetchFailed, UrlNotAllowed
from mediaportal.core.fetching._resolving import Resolver, checked_addresses, resolve

PIECE_BYTES = 256 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_AGENT = "Mediaportal"


@dataclass(frozen=True)
class Limits:
    """What one fetch may take; times in seconds. An answer that brings less than `least_bytes` in `window` seconds
    is given up.
    """

    most_bytes: int
    total: float = 60.0
    opening: float = 45.0  # to the head of the last answer, all redirects counted
    connect: float = 10.0
    idle: float = 30.0
    window: float = 60.0
    least_bytes: int = 64 * 1024
    redirects: int = 5


@dataclass(frozen=True)
class Answer:
    """The head of an answer; `pieces` gives the body once. `length` is that of the body in bytes, None if not told."""

    status: int
    headers: http.client.HTTPMessage
    url: str
    length: int | None
    _response: http.client.HTTPResponse = field(repr=False)
    _limits: Limits = field(repr=False)

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, in pieces of at most `PIECE_BYTES`.

        Raises `ConnectionBroke` when it ends early or comes too slowly, and `AnswerTooLarge`.
        """
        received, counted, began = 0, 0, time.monotonic()
        while self.length is None or received < self.length:
            piece = _read(self._response, self.length, received)
            if not piece:
                break
            received += len(piece)
            if received > self._limits.most_bytes:
                raise AnswerTooLarge
            yield piece
            counted += len(piece)
            if time.monotonic() - began > self._limits.window:
                if counted < self._limits.least_bytes:
                    raise ConnectionBroke(_("The bytes came too slowly."))
                counted, began = 0, time.monotonic()
        if self.length is not None and received < self.length:
            raise ConnectionBroke(_("The connection ended before the file did."))


def _read(response: http.client.HTTPResponse, length: int | None, received: int) -> bytes:
    """The next bytes of a body; none at its end."""
    wanted = PIECE_BYTES if length is None else min(PIECE_BYTES, length - received)
    try:
        return response.read1(wanted)
    except TimeoutError:
        raise ConnectionBroke(_("The bytes did not come in time.")) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise ConnectionBroke(_("The connection ended before the file did.")) from None


@dataclass(frozen=True)
class _Request:
    """What is sent at every hop."""

    method: str
    headers: dict[str, str]
    body: bytes | None
    resolver: Resolver
    anywhere: bool

    def send(self, target: Target, clock: Clock) -> tuple[socket.socket, http.client.HTTPResponse]:
        """Look up, check, connect, send, and read the head of the answer."""
        line: socket.socket | None = None
        try:
            addresses = checked_addresses(
                target, resolver=self.resolver, seconds=clock.left(), anywhere=self.anywhere
            )
            line = connected(target, addresses, clock=clock, tls=ssl.create_default_context())
            response = asked(
                line, target, method=self.method, headers=self.headers, body=self.body, clock=clock
            )
        except BaseException as error:
            if line is not None:
                line.close()
            if isinstance(error, TimeoutError):
                raise ConnectionBroke(_("%s did not answer in time.") % target.authority) from None
            if isinstance(error, OSError | http.client.HTTPException | ValueError):
                raise ConnectionBroke(_("%s gave no answer that can be read.") % target.authority) from None
            raise
        return line, response


@contextmanager
def fetch(
    url: str,
    *,
    limits: Limits,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    resolver: Resolver | None = None,
    anywhere: bool = False,
) -> Iterator[Answer]:
    """Ask for an address and give its answer, whatever its status; the connection is closed at the end.

    With `anywhere` it may lie in any network: for what the operator has set, never for what somebody has sent.
    Redirects are followed for GET and HEAD, as often as `limits` say; from https only to https. Raises
    `UrlNotAllowed`, `FetchFailed` and, where another try may help, `ConnectionBroke`.
    """
    ends = time.monotonic() + limits.total
    clock = Clock(idle=limits.connect, until=min(ends, time.monotonic() + limits.opening))
    follows = limits.redirects if method in {"GET", "HEAD"} else 0
    request = _Request(
        method, {"User-Agent": _AGENT} | dict(headers or {}), body, resolver or resolve, anywhere
    )
    target = parse(url)
    for turn in range(follows + 1):
        line, response = request.send(target, clock)
        try:
            if follows and response.status in _REDIRECTS and (goal := response.headers.get("Location")):
                if turn == follows:
                    break
                target = _next(target, goal)
                continue
            # From here on each byte may wait as long as a byte may.
            clock.idle, clock.until = limits.idle, ends
            yield Answer(
                response.status,
                response.headers,
                target.url,
                _length_of(response, limits, method),
                response,
                limits,
            )
            return
        finally:
            response.close()
            line.close()
    raise FetchFailed(_("It was redirected more than %d times.") % follows)


def check(url: str, *, resolver: Resolver | None = None, seconds: float = 1.0) -> Target:
    """Read an address and raise `UrlNotAllowed` if it is already plain that it will not be fetched.

    A name that cannot be looked up in so many seconds passes: `fetch` looks again, with more time.
    """
    target = parse(url)
    with suppress(FetchFailed):
        checked_addresses(target, resolver=resolver or resolve, seconds=seconds)
    return target


def _next(target: Target, goal: str) -> Target:
    """Where a redirect leads. Raises `UrlNotAllowed`."""
    try:
        found = parse(urljoin(target.url, goal))
    except ValueError:
        raise UrlNotAllowed(_("It is redirected to what is not an address.")) from None
    if target.scheme == "https" and found.scheme != "https":
        raise UrlNotAllowed(_("It is redirected from https to http."))
    return found


def _length_of(response: http.client.HTTPResponse, limits: Limits, method: str) -> int | None:
    """The length of a body that can be taken as it comes.

    Raises `FetchFailed` for one that is packed or whose end is not plain, `AnswerTooLarge` for one that is too long.
    """
    coded = response.headers.get("Content-Encoding", "").strip().lower()
    transfer = response.headers.get("Transfer-Encoding", "").strip().lower()
    lengths = set(response.headers.get_all("Content-Length") or [])
    if coded not in {"", "identity"}:
        raise FetchFailed(_("The answer is packed; only plain bytes are taken."))
    if transfer not in {"", "chunked"} or len(lengths) > 1 or (transfer and lengths):
        raise FetchFailed(_("The answer does not say plainly where it ends."))
    if method == "HEAD":
        return 0
    if lengths and response.length is None:
        raise FetchFailed(_("The answer does not say plainly where it ends."))
    if response.length is not None and response.length > limits.most_bytes:
        raise AnswerTooLarge
    return response.length
