"""`script/bootstrap`: what it says when it may not install, and that it does nothing when all is in place."""

import shutil
import time
from pathlib import Path

from tests.script.programs import environment, script

# What the script itself is written with; a machine has these whatever else it lacks.
BASICS = ("bash", "cat", "cut", "dirname", "env", "id", "ls", "mkdir", "paste", "sed", "sha256sum", "uname")


def bare_path(folder: Path) -> str:
    """A PATH with the basics and nothing else."""
    folder.mkdir()
    for name in BASICS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return str(folder)


def test_lists_what_is_missing_in_the_words_of_three_package_managers(tmp_path: Path) -> None:
    env = environment(tmp_path / "var", PATH=bare_path(tmp_path / "bin"), VENV_DIR=str(tmp_path / "venv"))

    done = script("bootstrap", "--dev", env=env)

    assert done.returncode == 1
    for line in ("Python 3.11 or newer", "Redis 7 or newer", "ffmpeg and ffprobe", "Chromium"):
        assert line in done.stderr
    apt, dnf, brew = (
        next(line for line in done.stderr.splitlines() if command in line)
        for command in ("apt-get install", "dnf install", "brew install")
    )
    assert {"redis-server", "ffmpeg", "bubblewrap", "libmagic1", "gettext", "chromium-headless-shell"} <= set(
        apt.split()
    )
    assert {"redis", "ffmpeg", "bubblewrap", "file-libs", "gettext"} <= set(dnf.split())
    assert {"redis", "ffmpeg", "libmagic", "gettext", "python@3.11"} <= set(brew.split())
    assert not (tmp_path / "venv").exists()


def test_test_only_packages_are_not_asked_of_a_server(tmp_path: Path) -> None:
    env = environment(tmp_path / "var", PATH=bare_path(tmp_path / "bin"), VENV_DIR=str(tmp_path / "venv"))

    done = script("bootstrap", env=env)

    assert done.returncode == 1
    assert "chromium" not in done.stderr


def test_a_second_run_does_nothing_and_is_quick(tmp_path: Path) -> None:
    started = time.monotonic()

    done = script("bootstrap", "--dev", env=environment(tmp_path / "var", BOOTSTRAP_INSTALL="0"))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 10
    assert not (tmp_path / "var").exists()


def test_an_unknown_option_is_refused_with_the_usage(tmp_path: Path) -> None:
    done = script("bootstrap", "--everything", env=environment(tmp_path / "var"))

    assert done.returncode == 2
    assert "script/bootstrap --dev" in done.stdout
