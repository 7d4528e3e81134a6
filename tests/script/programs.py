"""The project's scripts as the tests call them: real, in a data folder of their own, without the tests' services."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_FOR_SCRIPTS = ("DATABASE_URL", "REDIS_URL", "MASTER_KEYS", "SECRET_KEY", "PORT", "MAKEFLAGS")
SECONDS = 120


def environment(var_dir: Path, **more: str) -> dict[str, str]:
    """What a script sees when a person starts it with `VAR_DIR` set, and `more`."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_SCRIPTS}
    return kept | {"VAR_DIR": str(var_dir)} | more


def script(
    name: str, *arguments: str, env: Mapping[str, str], seconds: float = SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run a script to its end within `seconds`; its status is for the caller to judge."""
    return subprocess.run(
        [str(ROOT / "script" / name), *arguments],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
