"""Viewers who fetch the same segment again and again over connections that stay open: a process of its own.

    python -m benchmarks.viewers PORT PATH VIEWERS SECONDS [PAUSE]

Prints what they got as JSON: bytes in all, seconds, and the milliseconds until each answer's first byte. With PAUSE
each asks again so many seconds after it asked before, as a player does; otherwise as soon as it has the whole.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field

_BUFFER_BYTES = 1 << 20


@dataclass
class _Viewer:
    """One connection and how far its answer has come."""

    line: socket.socket
    asked: float = 0.0
    due: float = 0.0
    head: bytearray = field(default_factory=bytearray)
    left: int = 0
    waits: bool = False


def watch(
    port: int, path: str, viewers: int, seconds: float, pause: float = 0.0
) -> dict[str, float | list[float]]:
    """Let them fetch for so many seconds."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    selector, buffer = selectors.DefaultSelector(), bytearray(_BUFFER_BYTES)
    begun = time.monotonic()
    waiting: list[_Viewer] = []
    for number in range(viewers):
        line = socket.create_connection(("127.0.0.1", port), timeout=20)
        viewer = _Viewer(line, due=begun + pause * number / viewers)
        selector.register(line, selectors.EVENT_READ, viewer)
        waiting.append(viewer)
    got, firsts = 0, []
    until = begun + seconds
    while (now := time.monotonic()) < until:
        for viewer in [one for one in waiting if one.due <= now]:
            waiting.remove(viewer)
            viewer.asked, viewer.due, viewer.waits = now, now + pause, True
            viewer.line.sendall(request)
        for key, _events in selector.select(timeout=0.002 if waiting else 0.1):
            viewer = key.data
            count = viewer.line.recv_into(buffer)
            if not count:
                raise RuntimeError("the server closed a connection")
            if viewer.waits:
                firsts.append((time.monotonic() - viewer.asked) * 1000)
                viewer.waits = False
            got += count
            if _over(viewer, memoryview(buffer)[:count]):
                waiting.append(viewer)
    return {"bytes": got, "seconds": time.monotonic() - begun, "first_ms": firsts}


def _over(viewer: _Viewer, piece: memoryview) -> bool:
    """Count a piece of an answer; whether the answer is whole."""
    if viewer.left:
        viewer.left -= len(piece)
        return viewer.left == 0
    viewer.head += piece
    head, end, body = bytes(viewer.head).partition(b"\r\n\r\n")
    if not end:
        return False
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(head.decode("latin-1"))
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    viewer.left = int(length.partition(b":")[2]) - len(body)
    viewer.head.clear()
    return viewer.left == 0


if __name__ == "__main__":
    port, path, count, *times = sys.argv[1:]
    print(json.dumps(watch(int(port), path, int(count), *(float(one) for one in times))))
