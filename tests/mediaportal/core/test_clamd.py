"""A real clamd is asked, and only a whole reading counts; what is no clamd is not believed."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaportal.core import clamd
from mediaportal.core.clamd import Answer, Clamd, ClamdAway
from tests import clamav
from tests.clamav import FakeClamd, eicar


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clamav.Clamd]:
    """A clamd of this module."""
    with clamav.running(tmp_path_factory.mktemp("clamd")) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A harmless file of 1 MiB."""
    path = tmp_path / "file.bin"
    path.write_bytes(b"harmless" * (1 << 17))
    return path


@pytest.mark.parametrize("shared", [False, True])
def test_clean_and_infected(scanner: clamav.Clamd, file: Path, shared: bool) -> None:
    asked = Clamd(scanner.url)
    assert asked.scan(file, shared=shared) == Answer("clean")
    file.write_bytes(bytes(3 << 20) + eicar())
    found = asked.scan(file, shared=shared)
    assert found.verdict == "infected" and found.detail.startswith(clamav.NAME)
    asked.ping(seconds=30)
    assert "ClamAV" in asked.version()


def test_what_is_over_the_limits_is_never_clean(scanner: clamav.Clamd, file: Path) -> None:
    asked = Clamd(scanner.url)
    file.write_bytes(bytes(clamav.MOST_BYTES + 1))
    assert asked.scan(file).verdict == "too_large"
    assert asked.scan(file, shared=True).verdict == "limits"
    assert asked.tells_limits() and asked.finds()


def test_beyond_the_hard_limit_nobody_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(clamd.HARD_LIMIT + 1)
    assert Clamd(f"unix:{tmp_path}/nobody.sock").scan(path) == Answer("too_large")


def test_a_scanner_that_keeps_quiet_about_its_limits_is_found_out(tmp_path: Path) -> None:
    with clamav.running(tmp_path, AlertExceedsMax="no") as quiet:
        assert not Clamd(quiet.url).tells_limits()


@pytest.mark.parametrize(("disabled", "remembers"), [("no", True), ("yes", False)])
def test_a_scanner_that_takes_a_file_for_another_is_found_out(
    tmp_path: Path, disabled: str, remembers: bool
) -> None:
    with clamav.running(tmp_path, DisableCache=disabled) as found:
        asked = Clamd(found.url)
        # A clamd of 1.5 or later remembers by SHA-256, and may.
        version = tuple(int(part) for part in asked.version().split()[1].split("/")[0].split(".")[:2])
        assert [asked.remembers_by_md5() for _time in range(2)] == [remembers and version < (1, 5)] * 2


def test_a_scanner_that_says_ok_of_everything_remembers_nothing(tmp_path: Path) -> None:
    with FakeClamd(tmp_path, b"stream: OK\n", proves=False) as fake:
        assert not Clamd(fake.url).remembers_by_md5()


def test_nobody_there(tmp_path: Path, file: Path) -> None:
    for url in (f"unix:{tmp_path}/nobody.sock", "tcp://127.0.0.1:9"):
        with pytest.raises(ClamdAway):
            Clamd(url).scan(file)


def test_over_tcp(tmp_path: Path, file: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with clamav.running(tmp_path, TCPSocket=str(port), TCPAddr="127.0.0.1"):
        asked = Clamd(f"tcp://127.0.0.1:{port}")
        assert asked.scan(file) == Answer("clean")
        file.write_bytes(bytes(clamav.MOST_BYTES * 2))
        # Over the network the reason may be lost when the connection is cut; it is not clean either way.
        assert asked.scan(file).verdict in {"too_large", "broke_off"}


def test_killed_in_the_middle(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with clamav.running(tmp_path) as scanner:
        sent = clamd._Talk._send

        def kill(talk: clamd._Talk, some: bytes) -> None:
            sent(talk, some)
            if len(some) > 1000:
                scanner.stop()

        monkeypatch.setattr(clamd._Talk, "_send", kill)
        with pytest.raises(ClamdAway):
            Clamd(scanner.url).scan(file)


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"\x00\xff\xfe\n", b"HTTP/1.1 200 OK\r\n", b"stream: Can't allocate memory ERROR\n"],
)
def test_wrong_answers_are_not_believed(tmp_path: Path, file: Path, answer: bytes) -> None:
    """It is there and answers pings, but never as a scanner would: the file was not scanned."""
    with FakeClamd(tmp_path, answer) as fake:
        assert Clamd(fake.url).scan(file).verdict == "broke_off"
        assert fake.streams == 3


@pytest.mark.parametrize(
    ("said", "verdict"), [("Eicar FOUND", "infected"), ("Access denied. ERROR", "broke_off"), ("OK", "clean")]
)
def test_the_name_of_a_file_is_no_answer(tmp_path: Path, said: str, verdict: str) -> None:
    """Read under a shared path, it stands in front of what clamd found."""
    named = tmp_path / "size limit exceeded.mp4"
    named.write_bytes(b"x" * 100)
    with FakeClamd(tmp_path, f"{named}: {said}\n".encode()) as fake:
        assert Clamd(fake.url).scan(named).verdict == verdict


def test_a_wrong_answer_once_is_made_good(tmp_path: Path, file: Path) -> None:
    with FakeClamd(tmp_path, b"stream: Can't open file ERROR\n", b"stream: OK\n") as fake:
        assert Clamd(fake.url).scan(file) == Answer("clean")


def test_an_ok_before_the_end_is_not_clean(tmp_path: Path, file: Path) -> None:
    file.write_bytes(bytes(8 << 20))
    with FakeClamd(tmp_path, b"stream: OK\n", read_first=1 << 18) as fake:
        assert Clamd(fake.url).scan(file).verdict == "broke_off"


def test_a_slow_drip_ends_with_the_time_limit(tmp_path: Path, file: Path) -> None:
    with FakeClamd(tmp_path, b"stream: OK\n" * 100, drip_seconds=0.05) as fake:
        assert Clamd(fake.url, whole_seconds=0.4).scan(file) == Answer("too_slow")


def test_one_that_does_not_even_answer_a_ping_in_time_is_away(tmp_path: Path, file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        with pytest.raises(ClamdAway, match="too long"):
            Clamd(f"unix:{tmp_path}/silent.sock", idle_seconds=0.3, whole_seconds=0.5).scan(file)


def test_told_to_stop(tmp_path: Path, file: Path) -> None:
    wanted = threading.Event()
    threading.Timer(0.3, wanted.set).start()
    with FakeClamd(tmp_path, b"slow" * 1000, drip_seconds=0.05) as fake, pytest.raises(clamd.Stopped):
        Clamd(fake.url, stop=wanted.is_set).scan(file)
