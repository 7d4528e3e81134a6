"""What the page of a case shows to whoever looks at it: what is claimed, the evidence, and what can be decided."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from analysis import access
from analysis.models import (
    OPEN_CASE,
    Action,
    Case,
    CaseQueue,
    CaseStatus,
    Moment,
    MomentKind,
    Policy,
    PolicyMode,
    Reason,
)
from analysis.services.moderation import care, casebook, casehistory, claiming, pictures
from analysis.services.moderation.verdicts import REASONS
from assets.models import Kind, Visibility
from assets.services.stage import stage_of
from assets.services.state import State, state_of
from assets.services.theatre import Theatre, theatre_of
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User

# Of these kinds there is something to see or to hear at a place; the others are facts of the whole.
_AT_A_PLACE = frozenset({"moderation", "label", "speech", "text", "face", "sound", "hash", "work"})
_WORDS_AROUND = 20.0
_MOST_SPANS = 20
_MOST_WORDS = 200
# Pictures of so many moments stand in the strip before anybody moves it.
_MOST_AHEAD = 8
_COUNTED = frozenset({"report"})


@dataclass(frozen=True)
class Found:
    """A hit as the page shows it. `number` is its place in the evidence, `percent` how sure it is (None: it is not a
    matter of being sure), `picture` {url} or {url, x, y, w, h} of a tile.
    """

    number: int
    data: dict[str, Any]
    percent: int | None
    picture: dict[str, Any] | None
    timed: bool


def context_of(case: Case, *, user: User) -> dict[str, Any]:
    """What the template of a case is given; the case must come from `casebook.find`."""
    found = _found(case, user)
    lease = lease_of(case, user=user)
    blind = access.looks_blindly(user, case)
    return {
        "case": case,
        "asset": case.asset,
        "blind": blind,
        "lease": lease,
        "lease_seconds": settings.MODERATION_LEASE,
        "undo_seconds": settings.MODERATION_UNDO,
        "clock": _clock(case),
        "moments": [one for one in found if one.data["kind"] in _AT_A_PLACE],
        "facts": [one for one in found if one.data["kind"] not in _AT_A_PLACE],
        "said": _said(case),
        "setting": care.setting_of(user=user),
        **_stage(case, user, blind=blind),
        **_choices(case, user),
        **casehistory.context_of(case, user=user, blind=blind),
    }


def ahead(*, user: User) -> dict[str, Any] | None:
    """What can be fetched beforehand of the case that would come next: `case`, its film's `manifest` (empty where there
    is none that can be fetched so), `at` which second it begins, and the addresses of its `pictures`; None when nothing
    waits. It is claimed by nobody, and may be somebody else's before it comes.
    """
    pk = claiming.coming(user=user)
    case = None if pk is None else casebook.listed(user=user).filter(pk=pk).first()
    if case is None:
        return None
    shown = _stage(case, user, blind=True)
    playback, stage = shown["theatre"].playback, shown["stage"]
    # A licence is for who watches: what is locked is opened by the player alone.
    locked = playback["license_url"] or playback["drm"]
    manifest = "" if locked else playback["dash_url"] or playback["hls_url"] or ""
    pictured = [one.picture["url"] for one in _found(case, user)[:_MOST_AHEAD] if one.picture]
    if stage.mode == "image":
        pictured.append(stage.file)
    elif stage.poster is not None:
        pictured.append(stage.poster.webp or stage.poster.jpg)
    return {
        "case": str(case.pk),
        "manifest": manifest,
        "at": case.worst_start,
        "pictures": sorted(set(pictured)),
    }


def lease_of(case: Case, *, user: User) -> str:
    """Who has a case: `mine`, `taken` by somebody else, `free` to be claimed, `barred` (free, but not for this person),
    or `over`.
    """
    if case.status not in OPEN_CASE:
        return "over"
    lasts = case.lease_until is not None and case.lease_until > timezone.now()
    if case.status == CaseStatus.CLAIMED and lasts:
        return "mine" if case.assignee_id == user.pk else "taken"
    return "free" if access.can_take_case(user, case) else "barred"


def _stage(case: Case, user: User, *, blind: bool) -> dict[str, Any]:
    """What plays the asset. Looking at a case is not watching: it counts nothing, and remembers no place. Its state
    would tell who looks blindly what was decided.
    """
    asset = case.asset
    prefetch_related_objects([asset], "variants")
    theatre: Theatre = theatre_of(asset, user=user)
    quiet = replace(
        theatre, playback={**theatre.playback, "resume_at": None}, position_url="", beacon_url="", views="off"
    )
    return {
        "stage": stage_of(asset, user=user),
        "stage_at": case.worst_start,
        "theatre": quiet,
        "state": State("ready", str(case.get_queue_display()), None, "eye-off") if blind else state_of(asset),
        "has_time": asset.kind != Kind.IMAGE,
    }


def _found(case: Case, user: User) -> list[Found]:
    """The hits, the worst first."""
    pictured = pictures.pictures_of(case.asset, user=user)
    timed = case.asset.kind != Kind.IMAGE
    return [
        Found(
            number=number,
            data=hit,
            percent=None if hit["kind"] in _COUNTED else round(min(hit["score"], 1.0) * 100),
            picture=pictured(hit) if hit["kind"] in _AT_A_PLACE else None,
            timed=timed and hit["end"] > 0,
        )
        for number, hit in enumerate(case.evidence)
    ]


def _said(case: Case) -> list[Moment]:
    """What is said around what was found, in the order of time; one query, none where nothing has a time."""
    around = Q()
    for start, end in _spans(case.evidence):
        around |= Q(start__lte=end, end__gte=start)
    if not around:
        return []
    rows = Moment.objects.filter(around, asset=case.asset, kind=MomentKind.SPEECH).shown().defer("vector")
    return list(rows.order_by("start", "id")[:_MOST_WORDS])


def _spans(evidence: Iterable[dict[str, Any]]) -> list[list[float]]:
    """The spans of time around the worst hits, those that meet in one."""
    hits = [hit for hit in evidence if hit["end"] > 0][:_MOST_SPANS]
    spans: list[list[float]] = []
    for hit in sorted(hits, key=lambda one: float(one["start"])):
        start, end = max(0.0, hit["start"] - _WORDS_AROUND), hit["end"] + _WORDS_AROUND
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    return spans


def _clock(case: Case) -> dict[str, Any]:
    """How far the deadline is, in seconds, and whether it is over."""
    left = (case.due_at - timezone.now()).total_seconds()
    return {"seconds": abs(left), "late": left < 0}


def _choices(case: Case, user: User) -> dict[str, Any]:
    """What can be decided, with the reasons that go with each act."""
    known = Policy.objects.filter(Q(pk=case.policy_id) | ~Q(mode=PolicyMode.OFF)).order_by("name", "id")
    acts = [act for act in Action if act != Action.ESCALATE or case.queue != CaseQueue.SENIOR]
    return {
        "policies": [one for one in known if access.can_see_policy(user, one)],
        "acts": acts,
        "reasons": [
            {
                "value": one.value,
                "name": one.label,
                "acts": " ".join(act for act in acts if one in REASONS[act]),
            }
            for one in Reason
        ],
        "ratings": AgeRating.choices,
        "caps": [one for one in Visibility.choices if one[0] != Visibility.PUBLIC],
    }
