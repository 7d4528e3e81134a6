"""A fetched object is fetched once for the machine, is not removed while it is used, and goes when it is not."""

import gc
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from urllib3.response import HTTPResponse

from assets.services import places
from assets.services.places import cache


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.SCRATCH_ROOT = tmp_path
    return tmp_path / cache.FOLDER


def never() -> bool:
    return False


class Source:
    """Something that can be fetched, and counts how often it is."""

    def __init__(self, content: bytes = b"bytes", wait: float = 0.0) -> None:
        self.content, self.wait, self.times = content, wait, 0

    def fetch(self, target: Path) -> None:
        self.times += 1
        time.sleep(self.wait)
        target.write_bytes(self.content)

    def size(self) -> int:
        return len(self.content)


def held(name: str, source: Source, **changes: Any) -> Any:
    facts: dict[str, Any] = {"size": source.size, "fetch": source.fetch, "stop": never}
    return cache.held(name, **facts | changes)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_many_at_once_fetch_once() -> None:
    source = Source(wait=0.3)

    def read(_number: int) -> bytes:
        with held("a", source) as path:
            return bytes(path.read_bytes())

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(read, range(6))) == [b"bytes"] * 6
    assert source.times == 1


def test_a_fetch_that_breaks_leaves_nothing_and_the_next_tries_again(folder: Path) -> None:
    def broken(target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError("the network went away")

    source = Source()
    with pytest.raises(OSError, match="network"), held("a", source, fetch=broken):
        pass
    assert not names(folder)
    with held("a", source) as path:
        assert path.read_bytes() == b"bytes"


def test_the_oldest_that_nobody_uses_makes_room(folder: Path, settings: Any) -> None:
    settings.FETCHED_MOST = 12
    with held("used", Source()) as used:
        os.utime(used, (1, 1))
        with held("old", Source()) as old:
            pass
        os.utime(old, (2, 2))
        with held("new", Source()) as new:
            assert names(folder) == {used.name, new.name}
        with held("next", Source(b"12345678901")) as last:  # more than there is room for: work goes on
            assert last.exists() and used.exists()


def test_sweeping_spares_what_is_used_or_young(folder: Path) -> None:
    with ExitStack() as stack:
        paths = {name: stack.enter_context(held(name, Source())) for name in ("used", "old", "young")}
    (folder / "0123.part").write_bytes(b"left by a killed worker")
    for path in (paths["used"], paths["old"], folder / "0123.part"):
        os.utime(path, (1, 1))
    with held("used", Source()):
        os.utime(paths["used"], (1, 1))
        assert places.sweep() == 2
        assert names(folder) == {paths["used"].name, paths["young"].name}
    assert {path.name for path in folder.glob("*.lock")} == {
        f"{paths['used'].name}.lock",
        f"{paths['young'].name}.lock",
    }


def test_nothing_to_sweep() -> None:
    assert places.sweep() == 0


def test_whoever_waits_can_be_stopped() -> None:
    began, ended = threading.Event(), threading.Event()

    def slow(target: Path) -> None:
        began.set()
        ended.wait(10)
        target.write_bytes(b"bytes")

    def fetch() -> None:
        with held("a", Source(), fetch=slow):
            pass

    thread = threading.Thread(target=fetch)
    thread.start()
    began.wait(10)
    with pytest.raises(cache.Stopped), held("a", Source(), stop=lambda: True):
        pass
    ended.set()
    thread.join()


def test_a_download_is_stopped_in_its_middle(bucket: Any, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1024 * 1024))
    places.put(tmp_path / "a", "places/a")
    gc.collect()
    known = {id(one) for one in gc.get_objects() if type(one) is HTTPResponse}
    gc.disable()
    try:
        with pytest.raises(places.Stopped) as stopped, places.local_file("places/a", stop=lambda: True):
            pass
        del stopped
        # What was half read is given up at once and not at some time: it holds a connection.
        assert not [one for one in gc.get_objects() if type(one) is HTTPResponse and id(one) not in known]
    finally:
        gc.enable()
    with places.local_file("places/a") as path:
        assert path.stat().st_size == 1024 * 1024
