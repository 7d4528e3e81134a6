"""Replays: changed rules over everything that was found before, and what would be different with them.

A worker goes through all assets in the order of their ids, and writes down after each batch where it is. It stops after
some seconds and asks for the next turn, so others get theirs; when it dies, the sweep asks for that turn.
"""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from analysis.exceptions.moderation import ReplayRunning
from analysis.models import Policy, PolicyMode, Replay
from analysis.rules import Rule, as_data, judge, read
from analysis.services.moderation import facts, rulebook
from analysis.services.moderation.rights import manager_of
from assets.access import Caller
from assets.models import Asset
from mediaportal.audit.services.log import record

logger = logging.getLogger(__name__)

TASK = "analysis.replay"
TOO_LONG, BROKEN = "took_too_long", "broken"
_AT_ONCE = 2_000
_TURN = 20.0
_SILENT = timedelta(seconds=60)
_LONGEST = timedelta(minutes=30)
_KEPT = timedelta(days=90)
_SAMPLES = 6


def start(*, user: Caller, policy: Policy, rules: Any = None) -> Replay:
    """Have rules tried on everything, those of the policy as it stands where none are given. A policy that is on is
    compared with what it says now, another one with nothing, as that is what it does now. Raises `NotPermitted`,
    `NotFound`, `InvalidInput`, and `ReplayRunning` when one of this policy is not done yet.
    """
    actor, held = manager_of(user, policy)
    version = held.current
    tried = rulebook.standing(version) if rules is None else rulebook.checked(rules)
    try:
        with transaction.atomic():
            made = Replay.objects.create(
                policy=held,
                against=version if held.mode == PolicyMode.ON else None,
                rules=as_data(tried),
                total=Asset.objects.filter(deleted_at=None).count(),
                asked_by=actor,
            )
            record(action="policy.replayed", target=held, actor=actor, replay=str(made.pk))
            transaction.on_commit(partial(wake, made.pk), robust=True)
    except IntegrityError as error:
        running = Replay.objects.filter(policy=held, status=Replay.Status.RUNNING).first()
        raise ReplayRunning(replay=str(running.pk) if running else None) from error
    return made


def wake(replay_id: UUID) -> None:
    """Ask a worker to go on with a replay; when the broker is away the sweep does."""
    current_app.send_task(TASK, args=[str(replay_id)], queue="upkeep", retry=False)


def run(*, replay_id: UUID, seconds: float = _TURN) -> bool:
    """Go on with a replay for some seconds; whether there is more to do. What breaks ends it, with a reason."""
    replay = Replay.objects.filter(pk=replay_id).select_related("against").first()
    if replay is None:
        return False
    try:
        return _go_on(replay, time.monotonic() + seconds)
    except Exception:
        logger.exception("replay %s is broken", replay.pk)
        _end(replay.pk, Replay.Status.FAILED, BROKEN)
        return False


def sweep() -> None:
    """Go on with what nobody is at, end what takes too long, and forget what nobody asks for any more."""
    now = timezone.now()
    running = Replay.objects.filter(status=Replay.Status.RUNNING)
    for pk in running.filter(created_at__lt=now - _LONGEST).values_list("pk", flat=True):
        _end(pk, Replay.Status.FAILED, TOO_LONG)
    for pk in running.filter(touched_at__lt=now - _SILENT).values_list("pk", flat=True):
        wake(pk)
    Replay.objects.filter(ended_at__lt=now - _KEPT).delete()


def _go_on(replay: Replay, until: float) -> bool:
    """Batch after batch until the time is over."""
    tried = read(replay.rules)[0]
    stood = rulebook.standing(replay.against)
    while replay.status == Replay.Status.RUNNING:
        ahead = Asset.objects.filter(deleted_at=None).order_by("pk")
        if replay.until:
            ahead = ahead.filter(pk__gt=replay.until)
        ids = list(ahead.values_list("pk", flat=True)[:_AT_ONCE])
        if not ids:
            _end(replay.pk, Replay.Status.DONE)
            return False
        if not _kept(replay, ids, _compared(ids, stood, tried)):
            return False
        if time.monotonic() > until:
            return True
    return False


def _compared(ids: Sequence[UUID], stood: Sequence[Rule], tried: Sequence[Rule]) -> dict[str, list[str]]:
    """The ids of assets by "from>to", in their order."""
    known = facts.gather(ids, [*stood, *tried])
    found: dict[str, list[str]] = {}
    for pk in ids:
        if pk in known:
            change = f"{judge(stood, known[pk]).word}>{judge(tried, known[pk]).word}"
            found.setdefault(change, []).append(str(pk))
    return found


def _kept(replay: Replay, ids: Sequence[UUID], found: dict[str, list[str]]) -> bool:
    """Write down what a batch has brought; False when it was ended, or another worker is at it as well."""
    done = replay.done + len(ids)
    counts = dict(replay.counts)
    samples = dict(replay.samples)
    for change, assets in found.items():
        counts[change] = counts.get(change, 0) + len(assets)
        before, after = change.split(">")
        if before != after:
            # The last ones are the newest, which people know best.
            samples[change] = [*samples.get(change, []), *assets][-_SAMPLES:]
    written = {
        "done": done,
        "total": max(replay.total, done),
        "until": ids[-1],
        "counts": counts,
        "samples": samples,
        "touched_at": timezone.now(),
    }
    mine = Replay.objects.filter(pk=replay.pk, status=Replay.Status.RUNNING, done=replay.done)
    if not mine.update(**written):
        return False
    for name, value in written.items():
        setattr(replay, name, value)
    return True


def _end(replay_id: UUID, status: str, error: str = "") -> None:
    """End a replay that runs. Assets may have gone since it began, so what was done is all there is."""
    running = Replay.objects.filter(pk=replay_id, status=Replay.Status.RUNNING)
    ended = {"status": status, "error": error, "ended_at": timezone.now()}
    running.update(**ended | ({"total": F("done")} if status == Replay.Status.DONE else {}))
