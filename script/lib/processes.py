"""Celery's workers as the Procfile starts them, and the end of processes: for scripts, and for tests of real ones."""

import subprocess
import sys
from typing import Any

WORKERS = {
    "ingest": ("ingest", 4),
    "transcode": ("transcode,analysis", 3),
    "upkeep": ("upkeep,imports,notify", 6),
}
"""The kinds of workers that a portal runs, each with its queues (parted by commas) and its threads."""

EVERY_QUEUE = ",".join(queues for queues, _threads in WORKERS.values())


def worker_command(name: str, queues: str, *, threads: int, level: str = "WARNING") -> list[str]:
    """The command of a worker of this name on this host that serves `queues` (parted by commas)."""
    return [
        *(sys.executable, "-m", "celery", "-q", "-A", "mediaportal", "worker", "-n", f"{name}@%h"),
        *("-Q", queues, "--pool", "threads", "-c", str(threads), "--prefetch-multiplier", "1"),
        *("--without-gossip", "--without-mingle", "-l", level),
    ]


def end(*processes: subprocess.Popen[Any], seconds: float = 20) -> list[subprocess.Popen[Any]]:
    """Ask all of them to end, wait up to so many seconds for each, and kill the stubborn ones, which are returned."""
    for process in processes:
        process.terminate()
    stubborn = []
    for process in processes:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
            stubborn.append(process)
    return stubborn
