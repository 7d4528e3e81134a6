"""A mail server for tests: it speaks just enough SMTP on loopback, and keeps what it was handed."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


@dataclass
class Postbox:
    """Where it listens, and what came. `refuses`: each message is turned away for now, as by a busy server."""

    port: int = 0
    refuses: bool = False
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    """One client's talk."""

    timeout = 10

    def handle(self) -> None:
        """Answer each command until the client says goodbye."""
        box: Postbox = cast("_Server", self.server).box
        self._say("220 postbox")
        while line := self.rfile.readline(65_536):
            word = line.decode("ascii", "replace").strip()
            verb = word[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "DATA":
                self._say("354 go on")
                self._take(box)
            elif verb == "MAIL" and box.refuses:
                self._say("451 come back later")
            else:
                if verb == "RCPT":
                    box.recipients.append(word.partition("<")[2].partition(">")[0])
                self._say("250 fine")

    def _take(self, box: Postbox) -> None:
        """Read a message up to the line with a dot alone."""
        lines = []
        while (line := self.rfile.readline(65_536)) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        found = message_from_bytes(b"".join(lines), policy=policy.default)
        box.messages.append(found)
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.box = Postbox()
        super().__init__(("127.0.0.1", 0), _Talk)
        self.box.port = self.server_address[1]


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A mail server for as long as it is needed."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join(10)
