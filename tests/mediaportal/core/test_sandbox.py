"""Programs are shut in, bounded, and ended with everything that they started."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaportal.core import sandbox
from mediaportal.core.sandbox import Limits, _level, _ordinary, _process
from tests.killing import killing
from tests.processes import processes_with

PYTHON = "/usr/bin/python3"
LEVELS: list[sandbox.Level] = ["bubblewrap", "unshare", "limits"]


def shell(script: str, **options: object) -> sandbox.Completed:
    return sandbox.run(["/bin/sh", "-c", script], **options)  # type: ignore[arg-type]


@pytest.fixture(params=LEVELS)
def each_level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> sandbox.Level:
    """Every level up to the one that this machine reaches."""
    reached = LEVELS.index(sandbox.level())
    wanted: sandbox.Level = LEVELS[max(reached, LEVELS.index(request.param))]
    monkeypatch.setattr(_level, "level", lambda: wanted)
    return wanted


def gone(marker: str) -> bool:
    deadline = time.monotonic() + 10
    while processes_with(marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_output_and_times(each_level: sandbox.Level) -> None:
    done = shell("echo out; echo err >&2; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
    assert done.stdout == b"out\n"
    assert done.stderr_tail == "err\n"
    assert 0.02 < done.cpu_seconds <= done.wall_seconds + 0.2


def test_secrets_are_not_kept_of_what_it_says(tmp_path: Path) -> None:
    said = "echo 0123abcdEF 0123ABCDef >&2; echo x0123ABCDEFx >&2; exit 3"
    with pytest.raises(sandbox.ProgramFailed) as caught:
        shell(said, secrets=["0123abcdef", ""])
    assert caught.value.stderr_tail == "[hidden] [hidden]\nx[hidden]x\n"
    assert "abcd" not in str(caught.value).lower()


@pytest.mark.parametrize("before", range(0, 40, 3))
def test_no_part_of_a_secret_stays_where_the_end_is_cut_off(before: int) -> None:
    secret = "k" * 32
    filler = "." * (_process._STDERR_TAIL_BYTES - before)
    done = shell(f"echo {secret} {secret}{filler} >&2", secrets=[secret])
    assert "kkk" not in done.stderr_tail
    assert done.stderr_tail.endswith("...\n") and len(done.stderr_tail) > _process._STDERR_TAIL_BYTES - 80


def test_reads_are_seen_and_not_written(each_level: sandbox.Level, tmp_path: Path) -> None:
    source = tmp_path / "in" / "a file.txt"
    source.parent.mkdir()
    source.write_text("bytes")
    place = tmp_path / "out"
    place.mkdir()
    shell(f"cat '{source}' > copy; cp copy '{place}/second'", reads=[source], writes=[place])
    assert (place / "copy").read_text() == (place / "second").read_text() == "bytes"


def test_nothing_else_is_seen(tmp_path: Path) -> None:
    if sandbox.level() != "bubblewrap":
        return  # the weaker levels do not hide files
    secret = tmp_path / "secret"
    secret.write_text("x")
    seen = shell(f"ls /etc; cat '{secret}' 2>&1; ls /root /home 2>&1; echo; true").stdout.decode()
    assert "passwd" not in seen
    assert "No such file" in seen


def test_standard_input(each_level: sandbox.Level, tmp_path: Path) -> None:
    assert sandbox.run(["cat"], stdin=b"given").stdout == b"given"
    file = tmp_path / "file"
    file.write_bytes(b"from a file")
    assert sandbox.run(["cat"], stdin=file).stdout == b"from a file"
    assert sandbox.run(["cat"]).stdout == b""


def test_lines_come_as_they_are_written(each_level: sandbox.Level, tmp_path: Path) -> None:
    """The program goes on only when its first line has been heard."""
    seen: list[str] = []

    def hear(line: str) -> None:
        seen.append(line)
        (tmp_path / "heard").touch()

    done = shell(
        f"echo one; until [ -e '{tmp_path}/heard' ]; do sleep 0.05; done; printf two",
        writes=[tmp_path],
        on_line=hear,
        limits=Limits(wall_seconds=20),
    )
    assert seen == ["one", "two"]
    assert done.stdout == b""


def test_chunks() -> None:
    sizes: list[int] = []
    sandbox.run(["head", "-c", "3000000", "/dev/zero"], on_chunk=lambda data: sizes.append(len(data)))
    assert sum(sizes) == 3_000_000


def test_failure_carries_the_end_of_stderr(each_level: sandbox.Level) -> None:
    with pytest.raises(sandbox.ProgramFailed) as caught:
        shell("seq 1 9000 >&2; echo the reason >&2; exit 7")
    assert caught.value.returncode == 7
    assert caught.value.stderr_tail.endswith("the reason\n")
    assert len(caught.value.stderr_tail) <= 8192


@pytest.fixture
def _hears_hangups() -> Iterator[None]:
    """Tests that were begun with nohup are deaf to them, and so is what they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_hears_hangups")
@pytest.mark.parametrize("name", ["KILL", "TERM", "INT", "HUP"])
def test_who_ends_it_from_outside_is_not_its_own_failure(each_level: sandbox.Level, name: str) -> None:
    with pytest.raises(sandbox.ProgramKilled) as caught:
        shell(_ends_by(name))
    assert caught.value.signal == getattr(signal, f"SIG{name}")
    with pytest.raises(sandbox.ProgramKilled):
        sandbox.run(["sleep", "60"], stop=killing())


def test_a_crash_is_its_own_failure(each_level: sandbox.Level) -> None:
    for name in ("SEGV", "ABRT"):
        with pytest.raises(sandbox.ProgramFailed):
            shell(_ends_by(name))


def _ends_by(name: str) -> str:
    """A script whose program ends by a signal: not the first process, which may be deaf to it."""
    return f"{PYTHON} -c 'import os, signal; os.kill(os.getpid(), signal.SIG{name})'; exit $?"


def test_a_full_disk_is_told_from_what_the_program_says(each_level: sandbox.Level) -> None:
    with pytest.raises(sandbox.DiskFull):
        shell("dd if=/dev/zero of=/dev/full bs=1k count=9")


def test_a_full_disk_is_told_from_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sandbox.ProgramFailed):
        shell("exit 1", writes=[tmp_path])
    look = os.statvfs

    def full(path: Path) -> os.statvfs_result:
        facts = list(look(path))
        facts[4] = 3  # f_bavail
        return os.statvfs_result(facts)

    monkeypatch.setattr(os, "statvfs", full)
    with pytest.raises(sandbox.DiskFull):
        shell("exit 1", writes=[tmp_path])
    assert shell("true", writes=[tmp_path]).stdout == b""


def test_missing_program_and_paths(tmp_path: Path) -> None:
    with pytest.raises(sandbox.ProgramMissing):
        sandbox.run(["no-such-program"])
    with pytest.raises(sandbox.ProgramMissing):
        sandbox.run(["/usr/bin/no-such-program"])
    with pytest.raises(FileNotFoundError):
        sandbox.run(["true"], reads=[tmp_path / "not there"])
    with pytest.raises(ValueError, match="absolute"):
        sandbox.run(["true"], reads=[Path("relative")])


def test_wall_limit_kills_the_whole_group(each_level: sandbox.Level) -> None:
    marker = f"4{os.getpid()}.11"
    began = time.monotonic()
    with pytest.raises(sandbox.ProgramTimedOut):
        shell(f"sleep {marker} & (sleep {marker}; true) & sleep {marker}", limits=Limits(wall_seconds=0.7))
    assert time.monotonic() - began < 10
    assert gone(marker)


def test_stop_kills_within_two_seconds(each_level: sandbox.Level) -> None:
    marker = f"4{os.getpid()}.22"
    wanted: list[float] = []
    timer = threading.Timer(0.5, lambda: wanted.append(time.monotonic()))
    timer.start()
    with pytest.raises(sandbox.ProgramStopped):
        shell(f"sleep {marker} & sleep {marker}", stop=lambda: bool(wanted))
    assert time.monotonic() - wanted[0] < 2
    assert gone(marker)


def test_error_in_a_callback_kills(each_level: sandbox.Level) -> None:
    marker = f"4{os.getpid()}.33"

    def fail(_line: str) -> None:
        raise LookupError("no")

    with pytest.raises(LookupError):
        shell(f"echo now; sleep {marker}", on_line=fail)
    assert gone(marker)


def test_what_is_left_behind_is_ended(each_level: sandbox.Level) -> None:
    marker = f"4{os.getpid()}.44"
    began = time.monotonic()
    shell(f"sleep {marker} & echo done")
    assert time.monotonic() - began < 10
    assert gone(marker)


def test_the_program_dies_with_its_worker(each_level: sandbox.Level) -> None:
    """A worker that is killed outright cannot clean up: its programs must not live on."""
    marker = f"4{os.getpid()}.55"
    worker = (
        "from mediaportal.core import sandbox\n"
        f"sandbox._level.level = lambda: {each_level!r}\n"
        f"sandbox.run(['/bin/sleep', '{marker}'])\n"
    )
    with subprocess.Popen([sys.executable, "-c", worker], env=os.environ | {"DEBUG": "1"}) as process:
        deadline = time.monotonic() + 20
        # The program itself, and not what prepares its walls: these are bound to the worker one after the other.
        while not processes_with(f"/bin/sleep\0{marker}", begins=True):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()
    assert gone(marker)


def test_a_worker_that_dies_while_walls_are_put_up_leaves_nothing(each_level: sandbox.Level) -> None:
    """Whenever the worker is killed: before the program runs, each part must find that the one before it is gone."""
    marker = f"4{os.getpid()}.77"
    worker = (
        "from mediaportal.core import sandbox\n"
        f"sandbox._level.level = lambda: {each_level!r}\n"
        "sandbox.drops_root()\n"
        f"sandbox.run(['/bin/sleep', '{marker}'])\n"
    )
    for delay in range(0, 24, 3):
        with subprocess.Popen([sys.executable, "-c", worker], env=os.environ | {"DEBUG": "1"}) as process:
            deadline = time.monotonic() + 20
            while not set(processes_with(marker)) - {process.pid}:
                assert time.monotonic() < deadline
            time.sleep(delay / 1000)
            process.kill()
    assert gone(marker)


def test_a_program_that_nobody_answers_does_not_run(
    each_level: sandbox.Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker was killed before all parts of the walls were bound to it."""
    monkeypatch.setattr(_process, "_let_begin", lambda asked: asked.shutdown(socket.SHUT_RDWR))
    with pytest.raises(sandbox.ProgramFailed):
        shell("echo ran > ran", writes=[tmp_path])
    assert not (tmp_path / "ran").exists()


def test_an_answer_that_nobody_reads_to_its_end_breaks_nothing(
    each_level: sandbox.Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that is killed before it reads the answer resets the socket; so does one that leaves a part of it."""
    monkeypatch.setattr(_process, "_let_begin", lambda asked: asked.sendall(b"\n\n"))
    assert shell("echo ran; sleep 0.2").stdout == b"ran\n"


def test_the_program_does_not_get_the_socket_it_asked_on(each_level: sandbox.Level) -> None:
    assert shell("ls /proc/self/fd | sort -n | head -c 6").stdout == b"0\n1\n2\n"


def test_root_is_left_at_every_level(each_level: sandbox.Level, tmp_path: Path) -> None:
    """What root started reads and writes what it was given as an ordinary user, though the folders are root's."""
    _level._becomes.cache_clear()
    if not sandbox.drops_root([tmp_path]):
        pytest.skip("not run by root, or this machine does not let root become another user")
    place, given, beside = tmp_path / "out", tmp_path / "given", tmp_path / "beside"
    place.mkdir(0o700)
    given.write_text("given\n")
    given.chmod(0o600)
    beside.touch()
    said = shell(
        f"id -u; cat '{given}'; echo x > made; grep CapEff /proc/self/status", reads=[given], writes=[place]
    )
    user, read, rights = said.stdout.decode().splitlines()
    assert (user, read) == (str(_ordinary.ORDINARY_ID), "given")
    assert int(rights.split()[1], 16) in {0, 1 << 2}  # CAP_DAC_READ_SEARCH, where folders are shut
    assert (place / "made").read_text() == "x\n"
    with pytest.raises(sandbox.ProgramFailed):
        shell(f"echo y > '{beside}'", writes=[place])
    assert beside.read_text() == ""
    _level._becomes.cache_clear()


def test_cpu_limit(each_level: sandbox.Level) -> None:
    with pytest.raises(sandbox.ProgramTimedOut):
        shell("while :; do :; done", limits=Limits(wall_seconds=20, cpu_seconds=1))


def test_memory_limit(each_level: sandbox.Level) -> None:
    with pytest.raises(sandbox.ProgramFailed, match="MemoryError"):
        sandbox.run([PYTHON, "-c", "bytearray(1 << 30)"], limits=Limits(memory_bytes=512 << 20))


def test_file_size_limit(each_level: sandbox.Level, tmp_path: Path) -> None:
    with pytest.raises(sandbox.ProgramFailed):
        shell("head -c 3000000 /dev/zero > big", writes=[tmp_path], limits=Limits(file_bytes=1 << 20))
    assert (tmp_path / "big").stat().st_size <= 1 << 20


def test_output_limit(each_level: sandbox.Level) -> None:
    with pytest.raises(sandbox.OutputTooLarge):
        sandbox.run(["yes"], limits=Limits(stdout_bytes=1 << 20))


def test_no_network(each_level: sandbox.Level) -> None:
    listing = sandbox.run(["cat", "/proc/net/dev"]).stdout.decode()
    others = [line for line in listing.splitlines() if ":" in line and not line.strip().startswith("lo:")]
    if each_level != "limits":
        assert others == []


def test_environment_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    assert b"do not tell" not in sandbox.run(["env"]).stdout


def test_run_python_answers_json(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(
        "import json, sys, PIL\n"
        "request = json.load(sys.stdin)\n"
        "json.dump({'twice': request['number'] * 2, 'path': sys.path}, sys.stdout)\n"
    )
    answer = sandbox.run_python(script, {"number": 21})
    assert answer["twice"] == 42
    assert str(Path.cwd()) not in answer["path"]


def test_run_python_without_an_answer(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text("print('not json')")
    with pytest.raises(sandbox.ProgramFailed):
        sandbox.run_python(script, None)


def test_many_threads_at_once() -> None:
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(shell("sleep 0.1; echo ok").stdout)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"ok\n"] * 8


# --- Attacks from inside ------------------------------------------------------------------------------------------
def python(program: str, **options: object) -> sandbox.Completed:
    return sandbox.run([PYTHON, "-c", program], **options)  # type: ignore[arg-type]


@pytest.fixture
def walled() -> None:
    """These walls stand at the strongest level; what the weaker ones leave open the system check names."""
    if sandbox.level() != "bubblewrap":
        pytest.skip("there is no bubblewrap here")


@pytest.mark.usefixtures("walled")
def test_nothing_is_reached_over_the_network() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        attack = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        with pytest.raises(sandbox.ProgramFailed, match=r"refused|unreachable"):
            python(attack)
    with pytest.raises(sandbox.ProgramFailed, match="unreachable"):
        python("import socket; socket.create_connection(('192.0.2.1', 80), 5)")


@pytest.mark.usefixtures("walled")
def test_neighbours_and_the_machine_are_not_seen(tmp_path: Path) -> None:
    given, neighbour = tmp_path / "given.bin", tmp_path / "neighbour.bin"
    for path in (given, neighbour):
        path.write_bytes(b"x")
        path.chmod(0o600)
    assert shell(f"cat '{given}'", reads=[given]).stdout == b"x"
    for hidden in (neighbour, Path("/etc/passwd"), Path("/etc/shadow")):
        with pytest.raises(sandbox.ProgramFailed):
            shell(f"cat '{hidden}'", reads=[given])


@pytest.mark.usefixtures("walled")
def test_nothing_is_written_outside(tmp_path: Path) -> None:
    given, place = tmp_path / "given.bin", tmp_path / "place"
    given.write_bytes(b"x")
    place.mkdir()
    for target in (given, tmp_path / "beside", Path("/usr/bin/new"), Path("/proc/sys/kernel/core_pattern")):
        with pytest.raises(sandbox.ProgramFailed):
            shell(f"echo y > '{target}'", reads=[given], writes=[place])
    assert given.read_bytes() == b"x" and not (tmp_path / "beside").exists()


@pytest.mark.usefixtures("walled")
def test_no_way_to_more_rights() -> None:
    facts = shell("grep -E 'NoNewPrivs|CapEff|^Uid' /proc/self/status").stdout.decode()
    assert "NoNewPrivs:\t1" in facts and "CapEff:\t0000000000000000" in facts
    owner = next(line.split()[1] for line in facts.splitlines() if line.startswith("Uid"))
    assert owner != "0"
    with pytest.raises(sandbox.ProgramFailed):
        python("import os; os.setuid(0) if os.getuid() else os.chroot('/tmp')")
    with pytest.raises(sandbox.ProgramFailed):
        shell("mount -t tmpfs none /tmp")


@pytest.mark.usefixtures("walled")
def test_a_fork_bomb_is_bounded_and_ended() -> None:
    """It cannot make more processes than it may, and all of them end with it."""
    marker = f"4{os.getpid()}.66"
    attack = (
        "import subprocess\n"
        "made = 0\n"
        "while made < 50_000:\n"
        "    try:\n"
        f"        subprocess.Popen(['sleep', '{marker}'])\n"
        "    except (BlockingIOError, OSError):\n"
        "        break\n"
        "    made += 1\n"
        "print(made)\n"
    )
    made = int(python(attack, limits=Limits(processes=20, wall_seconds=60)).stdout)
    assert made < 50_000
    assert gone(marker)


def test_a_nice_program_yields_in_its_session_and_among_sessions(each_level: sandbox.Level) -> None:
    asked = 'nice; cat /proc/self/autogroup 2>/dev/null || echo nice "$(nice)"'
    with sandbox.yielding(7):
        mine = shell(asked).stdout.decode().split()
        more = shell(asked, limits=Limits(niceness=12)).stdout.decode().split()
    before = shell("nice").stdout.decode().strip()
    assert (mine[0], mine[-1], more[0], more[-1], before) == ("7", "7", "12", "12", "0")


def test_what_programs_take_of_the_processors_is_counted_while_asked_for() -> None:
    busy = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"
    with sandbox.counting() as used:
        taken = shell(busy).cpu_seconds + shell(busy).cpu_seconds
    shell(busy)
    assert used.cpu_seconds == pytest.approx(taken) and taken > 0
