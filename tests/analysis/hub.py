"""A hub of models on this machine: the few answers of a real one, of a folder."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "5f2c0ffee0" * 4


@dataclass
class StandIn:
    """What it serves and how, and what it was asked for: paths with their ranges."""

    folder: Path
    address: str = ""
    commit: str = COMMIT
    status: int = 200
    breaks_at: int | None = None
    lies: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def listed(self) -> dict[str, Any]:
        """The list of files, large ones with their SHA-256."""
        return {"sha": self.commit, "siblings": [self._row(path) for path in sorted(self.folder.iterdir())]}

    def _row(self, path: Path) -> dict[str, Any]:
        content = path.read_bytes()
        row: dict[str, Any] = {"rfilename": path.name, "size": len(content)}
        row["blobId"] = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        if path.suffix == ".bin":
            sha256 = "0" * 64 if self.lies else hashlib.sha256(content).hexdigest()
            row["lfs"] = {"sha256": sha256, "size": len(content)}
        return row


@contextmanager
def hub_of(folder: Path) -> Iterator[StandIn]:
    """Serve a model's folder as a hub serves its repository."""
    served = StandIn(folder)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.headers.get("Range", "")))
            if served.status != 200:
                self.send_error(served.status)
            elif self.path.startswith("/api/models/"):
                self._send(json.dumps(served.listed()).encode(), 0)
            else:
                begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
                self._send((folder / self.path.rpartition("/")[2]).read_bytes(), begin)

        def _send(self, content: bytes, begin: int) -> None:
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(content) - begin))
            self.end_headers()
            breaks = served.breaks_at if self.path.endswith(".bin") else None
            self.wfile.write(content[begin:breaks])

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        served.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
