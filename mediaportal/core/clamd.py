"""Ask clamd about a file: streamed piece by piece, within time limits, and believed only when it has read everything.

pyclamd knows the commands and the sockets. What it lacks is added here: sends that are complete, one deadline for the
whole scan, and an ear for what clamd says before the end. Every answer but a plain OK or a finding means that the file
was not scanned.
"""

import os
import select
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pyclamd

from mediaportal.core import clamd_proofs
from mediaportal.core.stopping import Stop, never

HARD_LIMIT = 2**31 - 1
"""Bytes; clamd reads no file that is larger, whatever its configuration says."""

_CHUNK_BYTES = 256 * 1024
_LONGEST_REPLY = 16 * 1024
_TRIES = 3
_APART_SECONDS = 0.5
_LIMITS = "Heuristics.Limits.Exceeded"
_DEFAULT_PORT = 3310
# How long is waited before it is asked again whether to stop.
_LISTEN_SECONDS = 0.5


class ClamdAway(Exception):
    """Nobody can be asked now: clamd cannot be reached, breaks off, takes too long, or cannot be believed."""


class Stopped(Exception):
    """Whoever waited for the answer does not want it any more."""


@dataclass(frozen=True)
class Answer:
    """What clamd said: nothing found, something found, or why the file was not read through. `detail` is the finding's
    name, or the scanner's own words.
    """

    verdict: Literal["clean", "infected", "too_large", "limits", "broke_off", "too_slow"]
    detail: str = ""


class _BrokeOff(Exception):
    """The connection ended before an answer came."""


class _TooSlow(Exception):
    """The time for a movement, or for the whole, is over."""


class Clamd:
    """A clamd at `unix:/path` or `tcp://host:port`. Times in seconds: for one movement, and for a whole file."""

    def __init__(
        self,
        url: str,
        *,
        idle_seconds: float = 60,
        whole_seconds: float = 600,
        stop: Stop = never,
    ) -> None:
        self._url, self._stop = url, stop
        self._idle, self._whole = idle_seconds, whole_seconds

    def version(self) -> str:
        """What runs there. Raises `ClamdAway`."""
        return self._asked(lambda talk: talk.ask("VERSION"), seconds=self._idle)

    def ping(self, *, seconds: float) -> None:
        """Raises `ClamdAway` unless it answers in time."""
        if self._asked(lambda talk: talk.ask("PING"), seconds=seconds) != "PONG":
            raise ClamdAway("it does not answer a ping")

    def finds(self) -> bool:
        """Whether it knows the EICAR test file, as every set of signatures does. Raises `ClamdAway`."""
        return self._bytes(bytes(pyclamd.ClamdUnixSocket.EICAR(None))).endswith(" FOUND")

    def tells_limits(self) -> bool:
        """Whether it says so when it stops before a file's end (`AlertExceedsMax yes`): proved on a small archive of
        archives. Raises `ClamdAway`.
        """
        return _LIMITS in self._bytes(clamd_proofs.layers())

    def remembers_by_md5(self) -> bool:
        """Whether it says OK unread of a file that has the MD5 of one that it knows as clean (clamd before 1.5 without
        `DisableCache yes`): proved on two such files. Raises `ClamdAway`.
        """
        _first, alone = clamd_proofs.twins(os.urandom(16))
        clean, other = clamd_proofs.twins(os.urandom(16))
        if _LIMITS not in self._bytes(alone) or not _is_clean(self._bytes(clean)):
            return False
        return _is_clean(self._bytes(other))

    def scan(self, path: Path, *, shared: bool = False) -> Answer:
        """Have a local file scanned: sent to clamd, or, when `shared`, read by it under the same path.

        A connection that breaks off while clamd is there is tried again; when it always does, that is the answer, and
        so it is when the time is over although clamd is there.
        Raises `ClamdAway`, `Stopped`, and `OSError` for a file that cannot be read here.
        """
        size = path.stat().st_size
        if size > HARD_LIMIT:
            return Answer("too_large")
        reason = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_APART_SECONDS)
                self.ping(seconds=self._idle)
            try:
                reply = self._reply(path, size, shared=shared)
            except _BrokeOff as error:
                reason = str(error)
                continue
            except _TooSlow:
                self.ping(seconds=self._idle)
                return Answer("too_slow")
            if (answer := _understood(reply)) is not None:
                return answer
            reason = reply[-150:]
        return Answer("broke_off", reason)

    def _reply(self, path: Path, size: int, *, shared: bool) -> str:
        """What clamd says of a file."""
        with self._connected(self._whole) as talk:
            if shared:
                return talk.ask(f"SCAN {path}")
            with path.open("rb") as file:
                sent = talk.stream(iter(lambda: file.read(_CHUNK_BYTES), b""))
            reply = talk.reply()
        if sent < size and _is_clean(reply):
            raise _BrokeOff("the file was read only in part")
        return reply

    def _bytes(self, content: bytes) -> str:
        """What clamd says of some bytes."""

        def talk_of(talk: "_Talk") -> str:
            talk.stream(iter([content]))
            return talk.reply()

        return self._asked(talk_of, seconds=self._idle)

    def _asked(self, question: Any, *, seconds: float) -> str:
        """The answer to one question on a connection of its own."""
        try:
            with self._connected(seconds) as talk:
                return str(question(talk))
        except _BrokeOff as error:
            raise ClamdAway(str(error)) from error
        except _TooSlow as error:
            raise ClamdAway("it takes too long") from error

    def _connected(self, whole: float) -> "_Talk":
        """A new connection. Raises `ClamdAway`."""
        parts, patience = urlsplit(self._url), min(whole, self._idle)
        client: Any = (
            _Unix(parts.path, patience)
            if parts.scheme == "unix"
            else _Network(parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORT, patience)
        )
        try:
            client._init_socket()
        except OSError as error:
            client._close_socket()
            raise ClamdAway(str(error)) from error
        return _Talk(client, min(whole, self._idle), time.monotonic() + whole, self._stop)


class _Unix(pyclamd.ClamdUnixSocket):
    """pyclamd's client, which would try a connection of its own first."""

    def __init__(self, path: str, timeout: float) -> None:
        self.unix_socket, self.timeout = path, timeout


class _Network(pyclamd.ClamdNetworkSocket):
    """The same over the network."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.host, self.port, self.timeout = host, port, timeout


class _Talk:
    """One command on one connection."""

    def __init__(self, client: Any, idle: float, deadline: float, stop: Stop) -> None:
        self._client, self._socket = client, client.clamd_socket
        self._idle, self._deadline, self._stop = idle, deadline, stop

    def __enter__(self) -> "_Talk":
        return self

    def __exit__(self, *_error: object) -> None:
        self._client._close_socket()

    def ask(self, command: str) -> str:
        """Send a command and return its answer."""
        self._send(f"n{command}\n".encode())
        return self.reply()

    def stream(self, pieces: Iterator[bytes]) -> int:
        """Send bytes to be scanned, until they end or clamd says something; returns how many were sent."""
        self._send(b"nINSTREAM\n")
        sent = 0
        for piece in pieces:
            if self._speaks(0):
                return sent
            try:
                self._send(struct.pack("!L", len(piece)) + piece)
            except _BrokeOff:
                # It may have said why before it hung up.
                return sent
            sent += len(piece)
        self._send(struct.pack("!L", 0))
        return sent

    def reply(self) -> str:
        """The one line of an answer. Raises `_TooSlow`, or `_BrokeOff` when there is none."""
        said = b""
        while not said.endswith(b"\n"):
            while not self._speaks(min(self._seconds(), _LISTEN_SECONDS)):
                self._seconds()
            try:
                more = self._socket.recv(4096)
            except OSError as error:
                raise _BrokeOff(str(error)) from error
            said += more
            if not more or len(said) > _LONGEST_REPLY:
                raise _BrokeOff("it hung up in the middle of an answer")
        return said.decode(errors="replace").strip()

    def _send(self, some: bytes) -> None:
        """Send every byte."""
        try:
            self._socket.settimeout(min(self._seconds(), self._idle))
            self._socket.sendall(some)
        except TimeoutError as error:
            raise _TooSlow from error
        except OSError as error:
            raise _BrokeOff(str(error)) from error

    def _speaks(self, seconds: float) -> bool:
        """Whether an answer waits, or comes in time."""
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def _seconds(self) -> float:
        """What is left of the time for the whole. Raises `_TooSlow` when nothing is, `Stopped` when told to."""
        if self._stop():
            raise Stopped
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _TooSlow
        return left


def _is_clean(reply: str) -> bool:
    """Whether an answer says that nothing was found."""
    return reply.endswith(": OK")


def _understood(reply: str) -> Answer | None:
    """The meaning of an answer; None for an error that another try may help."""
    if _is_clean(reply):
        return Answer("clean")
    if reply.endswith(" FOUND"):
        name = reply.removesuffix(" FOUND").rpartition(": ")[2]
        if name.startswith(_LIMITS):
            return Answer("limits", name)
        return Answer("infected", name)
    # Asked last, and of the end: the answer may begin with the file's name, which is its sender's choice.
    if "size limit exceeded" in reply.rpartition(": ")[2]:
        return Answer("too_large")
    return None
