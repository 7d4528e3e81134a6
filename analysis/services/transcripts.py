"""The transcript of an asset: read by who may play it, corrected by who may change it, every save kept.

It is what the analysis of speech that is shown has found. A correction changes its moments, so that everything that
looks in those sees it at once, and makes the analysis the chosen one, so that a newer one does not take its place
unseen.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis.engines import Result, Speech
from analysis.exceptions import NoTranscript, TranscriptChanged
from analysis.models import OPEN, Analysis, Moment, MomentKind, Status, TranscriptVersion, Type
from analysis.services import moments, speech, wording, wordtimes
from analysis.signals import moments_changed
from assets import access
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotFound, NotPermitted

_TIMES_COMPARED = 4
FIRST = 1


@dataclass(frozen=True)
class Transcript:
    """A transcript as it stands: of which analysis, in which version, and what is said. Without an analysis nothing has
    been written down yet: `status` tells whether it is on its way. `newer` is one that nobody has chosen yet.
    """

    analysis: Analysis | None
    version: int
    segments: list[Speech]
    status: str
    newer: Analysis | None = None


@dataclass(frozen=True)
class Saved:
    """One of the versions that there are."""

    number: int
    count: int
    author: User | None
    created_at: datetime | None
    restored: int | None


# --- Reading ------------------------------------------------------------------------------------------------------
def read(*, user: access.Caller, asset: Asset) -> Transcript:
    """What is said in an asset, as it stands. Raises `NotFound` for those who may not play it."""
    if not access.can_play(user, asset):
        raise NotFound
    rows = Analysis.objects.filter(asset=asset, type=Type.TRANSCRIPTION)
    newest = rows.order_by("-created_at", "-pk").first()
    current = rows.current().first()
    if current is None:
        return Transcript(None, 0, [], newest.status if newest else "none")
    later = rows.filter(status=Status.COMPLETED, created_at__gt=current.created_at)
    return Transcript(
        analysis=current,
        version=_version(current),
        segments=_segments(current),
        status=newest.status if newest and newest.status in OPEN else current.status,
        newer=later.order_by("-created_at", "-pk").first(),
    )


def versions(*, user: access.Caller, asset: Asset) -> list[Saved]:
    """All versions of the transcript that is shown, the newest first. Raises `NotFound`, and `NotPermitted`."""
    analysis = _changeable(user, asset)
    if analysis is None:
        return []
    rows = TranscriptVersion.objects.filter(analysis=analysis).select_related("author").defer("segments")
    found = [Saved(row.number, row.count, row.author, row.created_at, row.restored) for row in rows]
    count = analysis.moments.filter(kind=MomentKind.SPEECH).count() if not found else 0
    return found or [Saved(FIRST, count, None, analysis.completed_at, None)]


def version(*, user: access.Caller, asset: Asset, number: int) -> list[Speech]:
    """What one version said. Raises `NotFound`, and `NotPermitted`."""
    analysis = _changeable(user, asset)
    if analysis is None:
        raise NotFound
    row = TranscriptVersion.objects.filter(analysis=analysis, number=number).first()
    if row is not None:
        return speech.from_data(row.segments)
    if number != FIRST:
        raise NotFound
    return _segments(analysis)


# --- Changes ------------------------------------------------------------------------------------------------------
def save(
    *, user: access.Caller, asset: Asset, analysis_id: UUID, seen: int, segments: Sequence[Speech]
) -> Transcript:
    """Write what is said anew; `analysis_id` and `seen` are the analysis and the version that the author saw. The words
    of a segment and its certainty are found out here.

    Raises `NotPermitted`, `NoTranscript`, `TranscriptChanged`, or `NotFound`.
    """
    with transaction.atomic():
        analysis = _held(user, asset, analysis_id, seen)
        before = _segments(analysis)
        _write(analysis, asset, user=user, before=before, after=_settled(segments, before), seen=seen)
    return read(user=user, asset=asset)


def restore(*, user: access.Caller, asset: Asset, analysis_id: UUID, seen: int, number: int) -> Transcript:
    """Go back to what a version said; that is a new version. Raises as `save`."""
    with transaction.atomic():
        analysis = _held(user, asset, analysis_id, seen)
        after = version(user=user, asset=asset, number=number)
        before = _segments(analysis)
        _write(analysis, asset, user=user, before=before, after=after, seen=seen, restored=number)
    return read(user=user, asset=asset)


def _held(user: access.Caller, asset: Asset, analysis_id: UUID, seen: int) -> Analysis:
    """The analysis that is shown, while nobody else can change it or show another. Must run in a transaction."""
    _changeable(user, asset)
    # Who shows another analysis, and who completes one, locks the same row.
    rows = Asset.objects.select_for_update(of=("self",))
    if not list(rows.filter(pk=asset.pk, deleted_at=None).values_list("pk", flat=True)):
        raise NotFound
    analysis = Analysis.objects.filter(asset=asset, type=Type.TRANSCRIPTION).current().first()
    if analysis is None:
        raise NoTranscript
    now = _version(analysis)
    if analysis.pk != analysis_id or now != seen:
        raise _changed(analysis, now)
    return analysis


def _write(
    analysis: Analysis,
    asset: Asset,
    *,
    user: access.Caller,
    before: list[Speech],
    after: list[Speech],
    seen: int,
    restored: int | None = None,
) -> None:
    """Keep a version and put its segments in the place of those that stand; nothing where they are the same."""
    if before == after:
        return
    person = access.person(user)
    if not TranscriptVersion.objects.filter(analysis=analysis).exists():
        _keep(analysis, FIRST, before, created_at=analysis.completed_at or analysis.created_at)
    _keep(analysis, seen + 1, after, created_at=timezone.now(), author=person, restored=restored)
    Moment.objects.filter(analysis=analysis, kind=MomentKind.SPEECH).delete()
    wording.write(moments.rows_of(analysis, asset, Result(findings=tuple(after))), analysis=analysis)
    moments_changed.send(sender=Asset, asset=asset)
    Analysis.objects.filter(pk=analysis.pk).update(chosen=True)
    told: dict[str, Any] = {"analysis": str(analysis.pk), "version": seen + 1, "segments": len(after)}
    if restored:
        told["restored"] = restored
    action = "transcript.restored" if restored else "transcript.edited"
    record(action=action, target=asset, actor=person, **told)


def _keep(analysis: Analysis, number: int, segments: list[Speech], **said: Any) -> None:
    """Write one version down."""
    TranscriptVersion.objects.create(
        analysis=analysis, number=number, segments=speech.as_data(segments), count=len(segments), **said
    )


def _settled(segments: Sequence[Speech], before: Sequence[Speech]) -> list[Speech]:
    """What a person sent, in the order of time, with words, language and certainty from what stood there before."""
    words = sorted((word for one in before for word in one.words), key=lambda word: word.start + word.end)
    same = {_key(one): one for one in before}
    # Segments that all lie over the same words are no transcript: comparing those again and again ends somewhere.
    left = _TIMES_COMPARED * len(words)
    found: list[Speech] = []
    for one in sorted(segments, key=lambda one: (one.start, one.end)):
        old = same.get(_key(one))
        if old is not None:
            found.append(replace(old, speaker=one.speaker))
            continue
        heard = wordtimes.within(words, one.start, one.end) if left > 0 else ()
        left -= len(heard)
        said = wordtimes.timed(one.text, start=one.start, end=one.end, words=heard)
        sure = sum(word.confidence for word in said) / len(said) if said else 1.0
        found.append(
            replace(one, words=said, confidence=round(min(sure, 1.0), 4), language=_language(one, before))
        )
    return found


def _key(one: Speech) -> tuple[float, float, str]:
    """What tells whether a segment is the one that stood there but for its speaker: people send whole milliseconds."""
    return round(one.start, 3), round(one.end, 3), " ".join(one.text.split())


def _language(one: Speech, before: Sequence[Speech]) -> str:
    """The language of what stood where a segment begins, or of the first one."""
    if not before:
        return ""
    near = before[max(0, bisect_right(before, one.start, key=lambda old: old.start) - 1)]
    return near.language if near.start <= one.start < near.end else before[0].language


# --- Rules --------------------------------------------------------------------------------------------------------
def _changeable(user: access.Caller, asset: Asset) -> Analysis | None:
    """The analysis that is shown, for who may change its transcript. Raises `NotFound`, and `NotPermitted`."""
    if not access.can_play(user, asset):
        raise NotFound
    if not access.can_change(user, asset):
        raise NotPermitted
    return Analysis.objects.filter(asset=asset, type=Type.TRANSCRIPTION).current().first()


def _version(analysis: Analysis) -> int:
    """The version in which a transcript stands."""
    newest = TranscriptVersion.objects.filter(analysis=analysis).order_by("-number")
    return newest.values_list("number", flat=True).first() or FIRST


def _segments(analysis: Analysis) -> list[Speech]:
    """What is said by the moments of an analysis."""
    rows = Moment.objects.filter(analysis=analysis, kind=MomentKind.SPEECH).defer("vector")
    return speech.heard(rows.order_by("start", "end", "id"))


def _changed(analysis: Analysis, now: int) -> TranscriptChanged:
    """Why a version cannot be written over: who has saved which one, and when."""
    last = TranscriptVersion.objects.filter(analysis=analysis, number=now).select_related("author").first()
    more: dict[str, Any] = {"version": now, "analysis": str(analysis.pk)}
    if last is None or last.author is None:
        return TranscriptChanged(_("Another transcript of this file is shown now."), **more)
    detail = _("%(name)s has saved version %(version)d on %(date)s. Take theirs, or save yours over it.") % {
        "name": last.author.name,
        "version": now,
        "date": date_format(timezone.localtime(last.created_at), "SHORT_DATETIME_FORMAT"),
    }
    return TranscriptChanged(detail, **more, updated_at=last.created_at.isoformat())
