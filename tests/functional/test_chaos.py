"""Work while everything that carries it is killed: it ends all the same, once, and leaves nothing behind.

`CHAOS_SECONDS=120 CHAOS_ASSETS=40` make it longer, `CHAOS_SEED` repeats a run.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.db import connection
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from assets.models import Asset, Leftover, Variant
from assets.services import leftovers, orphans, places
from mediaportal.accounts.models import User
from notifications.models import Event
from processing.models import OPEN, Job, JobType, Status, Step
from processing.services import sweeping
from script.lib.processes import WORKERS, end, worker_command
from tests.factories import UserFactory
from tests.functional.conftest import ROOT, free_port, portal_environment, portal_process
from tests.functional.test_work import Caller
from tests.media import media

SECONDS = float(os.environ.get("CHAOS_SECONDS", "15"))
ASSETS = int(os.environ.get("CHAOS_ASSETS", "8"))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(10_000))))
END_SECONDS = 600
LEASE_SECONDS = 5
FILES = (
    "tiny.mp4",
    "picture.png",
    "tone.mp3",
    "plain.mp4",
    "picture.png",
    "tone.wav",
    "wide_1080.mp4",
    "picture.png",
)

pytestmark = [pytest.mark.xdist_group("workers"), pytest.mark.timeout(SECONDS + END_SECONDS + 240)]


def say(words: str) -> None:
    """Tell whoever reads a failure, or runs with `-s`."""
    sys.stdout.write(f"{words}\n")


class Household:
    """The processes that carry the work: each can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.environment = portal_environment() | {
            "REDIS_URL": f"unix://{self.socket}",
            "STEP_LEASE_SECONDS": str(LEASE_SECONDS),
            "VAR_DIR": str(folder),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: Counter[str] = Counter()

    def _command(self, name: str) -> list[str]:
        if name == "redis":
            return ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder),
                    "--save", "", "--appendonly", "no", "--loglevel", "warning"]  # fmt: skip
        if name == "beat":
            return [sys.executable, "-m", "celery", "-q", "-A", "mediaportal", "beat", "-l", "WARNING",
                    "--schedule", str(self.folder / "schedule"), "--pidfile="]  # fmt: skip
        queues, threads = WORKERS[name]
        return worker_command(f"{name}{free_port()}", queues, threads=threads)

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(self._command(name), cwd=ROOT, env=self.environment)
        if name == "redis":
            self._wait_for_redis()

    def _wait_for_redis(self) -> None:
        for _ in range(200):
            try:
                Redis(unix_socket_path=str(self.socket)).ping()
            except RedisError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("Redis did not start")

    def kill(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait(timeout=10)
        self.deaths[name] += 1

    def end(self) -> list[str]:
        """Ask all to end; returns those that had to be killed."""
        stubborn = []
        for name in ("beat", *WORKERS, "redis"):
            if name in self.running and end(self.running.pop(name), seconds=60):
                stubborn.append(name)
        return stubborn


@pytest.fixture
def household(transactional_db: None) -> Iterator[Household]:
    """Redis, workers and beat of this test alone, on the test's database and folders."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    house = Household(folder)
    try:
        for name in ("redis", *WORKERS, "beat"):
            house.start(name)
        yield house
    finally:
        house.end()
        shutil.rmtree(folder, ignore_errors=True)


def test_all_ends_well_while_everything_is_killed(household: Household, settings: Any) -> None:
    dice = random.Random(SEED)  # noqa: S311 - it must be repeatable
    say(f"CHAOS_SEED={SEED} CHAOS_SECONDS={SECONDS:.0f} CHAOS_ASSETS={ASSETS}")
    owners = [UserFactory(role="contributor") for _ in range(3)]
    with portal_process(household.environment) as (_process, address):
        sender = Sender(address, owners)
        sender.start()
        _kill_at_random(household, dice, until=time.monotonic() + SECONDS)
        sender.join(SECONDS + 120)
        say(f"killed: {dict(household.deaths)}")
        assert len(sender.job_ids) == ASSETS and not sender.refused
        _wait_for_end()
        household.kill("redis")  # all messages are lost, and everybody must find back to it
        household.start("redis")
        last = Caller(address, owners[0]).upload("last.png", media("picture.png").read_bytes())
        assert last[0] == 202
        _wait_for_end()
    assert household.end() == []
    _check_jobs(ASSETS + 1)
    settings.ORPHAN_GRACE_HOURS = 0
    settings.STEP_LEASE_SECONDS = 0
    _check_files()


class Sender(threading.Thread):
    """Sends the files while the others are killed."""

    def __init__(self, address: str, owners: list[User]) -> None:
        super().__init__(daemon=True)
        self.callers = [Caller(address, owner) for owner in owners]
        self.job_ids: list[str] = []
        self.refused: list[Any] = []

    def run(self) -> None:
        try:
            for number in range(ASSETS):
                name = FILES[number % len(FILES)]
                caller = self.callers[number % len(self.callers)]
                code, answer = caller.upload(f"{number}_{name}", media(name).read_bytes())
                if code == 202:
                    self.job_ids.append(answer["job_id"])
                else:
                    self.refused.append((code, answer))
                time.sleep(SECONDS * 0.6 / ASSETS)
        finally:
            connection.close()


def _kill_at_random(house: Household, dice: random.Random, *, until: float) -> None:
    while time.monotonic() < until:
        time.sleep(dice.uniform(1.0, 4.0))
        name = dice.choice(("redis", "beat", "ingest", "upkeep", "transcode", "transcode"))
        house.kill(name)
        time.sleep(dice.uniform(0.0, 1.0))
        house.start(name)


def _wait_for_end() -> None:
    deadline = time.monotonic() + END_SECONDS
    while Job.objects.filter(status__in=OPEN).exists():
        if time.monotonic() > deadline:
            left = Step.objects.filter(job__status__in=OPEN).exclude(status=Status.COMPLETED)
            fields = ("job_id", "name", "status", "attempt", "ready_at", "lease_until", "error_code")
            raise AssertionError(f"still open: {list(left.values(*fields))}")
        time.sleep(0.5)


def _check_jobs(count: int) -> None:
    """One job for each asset, each at its end for a reason that is true, each asset published once."""
    jobs = list(Job.objects.filter(job_type=JobType.INGEST).select_related("asset"))
    assert len(jobs) == count == Asset.objects.count() == len({job.asset_id for job in jobs})
    failed = [(job.asset.original_filename, job.error_code) for job in jobs if job.status != Status.COMPLETED]
    say(f"completed: {count - len(failed)}, failed: {failed}")
    # Only one whose worker was killed again and again may have failed.
    assert {code for _name, code in failed} <= {"worker_lost"}
    assert not Step.objects.filter(status=Status.PROCESSING).exists()
    told = Counter(Event.objects.filter(type="asset.published").values_list("asset_id", flat=True))
    assert told == Counter(job.asset_id for job in jobs if job.status == Status.COMPLETED)
    # The end of a measurement is told to those who look at it, and not to the library.
    of_assets = Event.objects.filter(type="job.completed", topics__contains=["library"])
    ended = Counter(of_assets.values_list("asset_id", flat=True))
    assert ended == told
    made = Counter(
        Variant.objects.values_list("asset_id", "variant_type", "format", "quality", "timestamp", "filename")
    )
    assert max(made.values()) == 1


def _check_files() -> None:
    """Every row has its file, and after the sweepers every file has its row."""
    # A set and a storyboard count with all that lies beside what names them.
    for variant in Variant.objects.exclude(variant_type__in=["manifest", "storyboard"]):
        assert places.path_of(variant.storage_key).stat().st_size == variant.file_size, variant.storage_key
    sweeping.sweep_scratch()
    swept = orphans.sweep()
    assert swept.after is None
    # What links may still name is kept for their life; here nobody holds one.
    Leftover.objects.update(remove_after=timezone.now())
    while leftovers.sweep():
        pass
    named = {
        *Asset.objects.values_list("storage_key", flat=True),
        *Variant.objects.values_list("storage_key", flat=True),
    }
    prefixes = tuple(f"{p}/" for p in Variant.objects.values_list("detail__prefix", flat=True) if p)
    root = Path(live_settings.MEDIA_ROOT)
    stored = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    lost = {key for key in stored if key not in named and not key.startswith(prefixes)}
    say(f"files: {len(stored)}, swept: {[orphan.key for orphan in swept.orphans]}")
    assert lost == set()
    assert list(Path(live_settings.SCRATCH_ROOT).iterdir()) == []
