"""The workers of scripts and tests are those of the Procfile, and processes end though they do not want to."""

import re
import shlex
import subprocess
import sys

from script.lib.processes import EVERY_QUEUE, WORKERS, end, worker_command
from tests.script.programs import ROOT


def by_default(command: str) -> str:
    """A command of the Procfile as the shell reads it where nothing is set."""
    plain = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", command)
    return re.sub(r"\$\(\((\d+) \+ (\d+)\)\)", lambda terms: str(int(terms[1]) + int(terms[2])), plain)


def test_workers_are_those_of_the_procfile() -> None:
    lines = (line.partition(": exec ") for line in (ROOT / "Procfile").read_text().splitlines())
    assert {name: by_default(command) for name, _, command in lines if " worker " in command} == {
        name: shlex.join(["celery", *worker_command(name, queues, threads=threads, level="INFO")[3:]])
        for name, (queues, threads) in WORKERS.items()
    }


def test_every_queue_is_served_once() -> None:
    queues = EVERY_QUEUE.split(",")
    assert len(queues) == len(set(queues)) == sum(1 + queues.count(",") for queues, _ in WORKERS.values())


def test_what_does_not_want_to_end_is_killed() -> None:
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    )
    willing = "import signal; print(1, flush=True); signal.pause()"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for code in (deaf, willing)
    ]
    for process in running:
        assert process.stdout is not None and process.stdout.readline()
    assert end(*running, seconds=0.5) == running[:1]
    assert [process.returncode for process in running] == [-9, -15]
    for process in running:
        assert process.stdout is not None
        process.stdout.close()
