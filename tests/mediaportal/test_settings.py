"""The settings refuse what would be unsafe, before anything else happens."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "DEBUG"}}
    return subprocess.run(
        [sys.executable, "-c", "import mediaportal.settings"],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "secret", ["", "short", "only-for-development-on-one-machine", "change-me-" + "x" * 40]
)
def test_without_debug_a_missing_or_default_secret_stops_the_start(secret: str) -> None:
    ended = start(SECRET_KEY=secret)
    assert ended.returncode != 0
    assert "SECRET_KEY is missing, too short" in ended.stderr


def test_a_real_secret_or_debug_lets_it_start() -> None:
    assert start(SECRET_KEY="k" * 50).returncode == 0
    assert start(DEBUG="1").returncode == 0


def test_a_wrong_value_is_named() -> None:
    ended = start(SECRET_KEY="k" * 50, MAX_FILE_SIZE="huge")
    assert ended.returncode != 0
    assert "MAX_FILE_SIZE must be a size" in ended.stderr
