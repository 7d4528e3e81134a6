"""`script/server`: from nothing to an answering portal, and back to nothing."""

import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import processes_with
from tests.script.programs import ROOT, environment, script

# Everything is started by the first of these, on a machine that is busy with other tests.
pytestmark = pytest.mark.xdist_group("server")
READY = "Mediaportal is ready at "


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@contextmanager
def server(env: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A running `script/server`; it is ended in any case."""
    process = subprocess.Popen(
        [str(ROOT / "script" / "server")],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """What the server prints up to the line that holds `text`."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if text in line:
            return printed
    raise AssertionError(f"ended before it said {text!r}:\n{printed}")


def living_members(var_dir: Path) -> list[str]:
    """The processes that still have to do with a server's data."""
    marked = f"VAR_DIR={var_dir}".encode()
    found = list(processes_with(f"{var_dir}/").values())
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marked in entry.read_bytes().split(b"\0"):
                found.append(str(entry))
        except OSError:
            continue
    return found


def test_first_start_second_start_and_end(tmp_path: Path) -> None:
    var_dir, port = tmp_path / "var", free_port()
    env = environment(var_dir, PORT=port, STATIC_ROOT=os.environ.get("STATIC_ROOT", str(tmp_path / "static")))
    with server(env) as process:
        printed = read_until(process, READY)
        assert f"{READY}http://localhost:{port}/" in printed
        assert printed.count("  password  ") == 1
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
        connection.request("GET", "/admin/")
        assert connection.getresponse().status == 302
        connection.close()
        second = script("server", env=env)
        assert second.returncode == 1
        assert "a server already uses" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not living_members(var_dir)
    for name in ("secret-key", "master-keys"):
        assert (var_dir / name).stat().st_mode & 0o777 == 0o600
    made = (var_dir / "master-keys").read_bytes()

    with server(env) as process:
        assert "password" not in read_until(process, READY)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert not living_members(var_dir)
    assert (var_dir / "master-keys").read_bytes() == made


@pytest.mark.parametrize("seconds", [0.3, 1.5, 3.0, 5.0])
def test_a_signal_during_the_start_ends_it_as_well(tmp_path: Path, seconds: float) -> None:
    var_dir = tmp_path / "var"
    env = environment(
        var_dir, PORT=free_port(), STATIC_ROOT=os.environ.get("STATIC_ROOT", str(tmp_path / "static"))
    )
    with server(env) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not living_members(var_dir)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = script("server", env=environment(tmp_path / "var", PORT=port))
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in done.stderr
