"""Cases are opened, kept up to date while they wait, and closed where nothing is left of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from analysis.models import (
    OPEN_CASE,
    Case,
    CaseQueue,
    CaseSource,
    CaseStatus,
    Judgement,
    Policy,
    PolicyMode,
    PolicyVersion,
    Report,
    Severity,
)
from analysis.rules import BY_HAND, Band, Hit, Outcome, worst_start
from analysis.services.moderation import reportcases
from analysis.signals import case_changed, case_opened
from assets.models import Asset, Publication, ShareLink, ViewDay, Visibility
from mediaportal.audit.services.log import record

# A rule that hits a little harder than when somebody decided tells nothing new.
_NEWS = 0.05
_SHOWN = 100
_BY_KIND = {
    "report": CaseSource.REPORT,
    "guest": CaseSource.GUEST,
    "work": CaseSource.MATCH,
    "hash": CaseSource.MATCH,
}


def follow(
    *, asset: Asset, policy: Policy, version: PolicyVersion, outcome: Outcome, held: bool
) -> Case | None:
    """Let the case of an asset and a policy follow what the policy says of it now; the open case, if there is one.

    `held`: the asset waits for the policies before it is published, so a case of it holds it. Must run in a transaction
    that has locked the asset.
    """
    standing = Case.objects.filter(asset=asset, policy=policy, status__in=OPEN_CASE).first()
    if outcome.band == Band.PASS and not outcome.regions:
        return _let_go(standing, version)
    if standing is not None:
        return _bring_up(standing, version, outcome, held=held)
    if not _is_news(asset, policy, outcome):
        return None
    source = _BY_KIND.get(outcome.hits[0].sighting.kind, CaseSource.POLICY)
    return open_case(asset=asset, policy=policy, version=version, source=source, outcome=outcome, held=held)


def open_case(
    *,
    asset: Asset,
    policy: Policy,
    version: PolicyVersion | None,
    source: str,
    outcome: Outcome,
    held: bool = False,
    queue: str = CaseQueue.FIRST,
) -> Case:
    """Open a case, and tell of it. There must be no open one of this asset and policy."""
    severity = version.severity if version else Severity.MEDIUM
    case = Case.objects.create(
        asset=asset,
        owner_id=asset.uploaded_by_id,
        policy=policy,
        version=version,
        source=source,
        severity=severity,
        due_at=timezone.now() + timedelta(hours=version.deadline if version else 24),
        reach=reach_of(asset),
        queue=queue,
        **_said(replace(outcome, hits=tuple(_shown(outcome.hits))), severity, held=held),
    )
    record(action="case.opened", target=case, asset=str(asset.pk), policy=policy.slug, source=str(source))
    case_opened.send(sender=Case, case=case)
    return case


def reach_of(asset: Asset) -> int:
    """How many have seen an asset: plays and opened links; with everybody who could now, one more."""
    plays = ViewDay.objects.filter(asset=asset).aggregate(sum=Sum("plays"))["sum"] or 0
    opened = ShareLink.objects.filter(asset=asset).aggregate(sum=Sum("uses"))["sum"] or 0
    shown = asset.publication == Publication.PUBLISHED and asset.visibility != Visibility.PRIVATE
    return int(plays + opened + shown)


def close(*, case: Case, why: str) -> None:
    """Close a case on which nobody needs to decide any more, unless somebody was faster."""
    _close(case, why)


def put_away(*, asset: Asset) -> None:
    """Let nobody look at the open cases of an asset that has gone. What was decided on them holds, and they wait where
    they stood when it comes back: for a second look, for a senior, or for the answer to an appeal.
    """
    for case in Case.objects.select_for_update(of=("self",)).filter(asset=asset, status__in=OPEN_CASE):
        _move(case, CaseStatus.AWAY)
        record(action="case.put_away", target=case, asset=str(asset.pk))
    Judgement.objects.filter(asset=asset).update(dirty=True, since=timezone.now())


def bring_back(*, asset: Asset) -> None:
    """Let the cases wait again that went with an asset which has come back; one at most of each policy, while another
    one is open the next time. Must run in a transaction that has locked the asset.
    """
    taken = set(Case.objects.filter(asset=asset, status__in=OPEN_CASE).values_list("policy", flat=True))
    for case in Case.objects.filter(asset=asset, status=CaseStatus.AWAY).order_by("opened_at", "pk"):
        if case.policy_id not in taken and _move(case, CaseStatus.WAITING):
            taken.add(case.policy_id)
            record(action="case.reopened", target=case, asset=str(asset.pk))


def make_room(*, case: Case) -> bool:
    """Let a case be opened again: another one of its asset and policy that nobody has touched is closed, and what was
    reported goes over. False when somebody is looking at the other one, or has decided on it. Must run in a
    transaction that has locked the asset.
    """
    others = Case.objects.filter(asset=case.asset_id, policy=case.policy_id, status__in=OPEN_CASE)
    other = others.exclude(pk=case.pk).select_for_update().first()
    if other is None:
        return True
    if other.status != CaseStatus.WAITING or other.ruling or other.deciders:
        return False
    other.reports.update(case=case)
    return _close(other, "reopened_before")


def point_at(*, case: Case, hits: Sequence[Hit]) -> None:
    """Add what somebody has found by hand to the evidence of an open case, behind all that stands there: whoever has it
    open tells by its place what they have seen. Must run in a transaction that has locked the asset.
    """
    stands = [Hit.of_data(told) for told in case.evidence]
    shown = [*stands, *(one for one in hits if one not in stands)]
    if shown != stands:
        Case.objects.filter(pk=case.pk, status__in=OPEN_CASE).update(
            evidence=[hit.as_data() for hit in shown],
            worst_start=worst_start(shown),
            updated_at=timezone.now(),
        )
        case.refresh_from_db()
        case_changed.send(sender=Case, case=case)


def _said(outcome: Outcome, severity: int, *, held: bool) -> dict[str, Any]:
    """What follows from an outcome while nobody has decided."""
    return {
        "band": "block" if outcome.band == Band.BLOCK else "review",
        "evidence": [hit.as_data() for hit in outcome.hits],
        "worst_start": worst_start(outcome.hits),
        "holds": held or severity == Severity.CRITICAL,
        "blocks": outcome.band == Band.BLOCK,
        "regions": sorted(outcome.regions),
    }


def _shown(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that a case shows, the worst first: of each rule its worst one at least, so that whoever decides has
    seen something of everything that they decide on.
    """
    worst = {hit.rule: place for place, hit in reversed(list(enumerate(hits)))}
    others = [place for place in range(len(hits)) if place not in worst.values()]
    kept = sorted([*worst.values(), *others[: max(0, _SHOWN - len(worst))]])
    return [hits[place] for place in kept]


def _is_news(asset: Asset, policy: Policy, outcome: Outcome) -> bool:
    """Whether a policy says more than what somebody has decided on already. What people report is, as long as no open
    case answers it.
    """
    by_people = {hit.rule for hit in outcome.hits if hit.sighting.kind == "report"}
    if by_people and _is_reported(asset, policy):
        return True
    last = (
        Case.objects.filter(asset=asset, policy=policy, status=CaseStatus.DECIDED)
        .order_by("-decided_at")
        .first()
    )
    if last is None:
        return True
    found = {rule: score for rule, score in outcome.scores.items() if rule not in by_people}
    return any(score > last.considered.get(rule, 0.0) + _NEWS for rule, score in found.items())


def _is_reported(asset: Asset, policy: Policy) -> bool:
    """Whether there are reports that a policy counts, and that go with no open case."""
    counted = reportcases.counted_by(policy)
    unanswered = Report.objects.standing().filter(asset=asset).exclude(case__status__in=OPEN_CASE)
    return (unanswered if "" in counted else unanswered.filter(reason__in=counted)).exists()


def _bring_up(case: Case, version: PolicyVersion, outcome: Outcome, *, held: bool) -> Case:
    """Bring the evidence of an open case up to date. What was decided on it stays, and what somebody has pointed at."""
    outcome = replace(outcome, hits=(*_shown(outcome.hits), *_by_hand(case)))
    said = _said(outcome, max(case.severity, version.severity), held=held or case.holds)
    if _stands(case, version):
        said["blocks"] = case.blocks or said["blocks"]
        said["band"] = "block" if said["blocks"] else said["band"]
        said["regions"] = sorted({*case.regions, *said["regions"]})
    if case.ruling:
        said = {name: said[name] for name in ("evidence", "worst_start")}
    if any(getattr(case, name) != value for name, value in said.items()):
        Case.objects.filter(pk=case.pk, status__in=OPEN_CASE).update(
            **said, severity=max(case.severity, version.severity), version=version, updated_at=timezone.now()
        )
        case.refresh_from_db()
    return case


def _by_hand(case: Case) -> list[Hit]:
    """What somebody has pointed at."""
    return [Hit.of_data(told) for told in case.evidence if told["rule"] == BY_HAND]


def let_go_of_others(*, asset: Asset) -> None:
    """Close the cases that nobody has looked at of policies that are not on any more. Must run in a transaction that
    has locked the asset.
    """
    for case in Case.objects.filter(asset=asset, status__in=OPEN_CASE).exclude(policy__mode=PolicyMode.ON):
        _let_go(case, None)


def _stands(case: Case, version: PolicyVersion | None) -> bool:
    """Whether what a rule has found holds until somebody decides, whatever is found later: an owner chooses which
    analysis is shown, and corrects what was said. Only another version of the policy takes it back.
    """
    return case.source == CaseSource.POLICY and version is not None and case.version_id == version.pk


def _let_go(case: Case | None, version: PolicyVersion | None) -> Case | None:
    """Close a case that nobody has looked at when nothing is left of what it was opened for. One to which somebody has
    added something waits on for that alone.
    """
    if case is None or _stands(case, version):
        return case
    by_policy = case.source in {CaseSource.POLICY, CaseSource.MATCH, CaseSource.REPORT}
    if not by_policy or case.status != CaseStatus.WAITING or case.ruling:
        return case
    by_hand = _by_hand(case)
    if by_hand or case.comments.exists():
        return _leave_alone(case, by_hand)
    return None if _close(case, "nothing_left") else case


def _leave_alone(case: Case, hits: Sequence[Hit]) -> Case:
    """Leave these in the evidence of a case that waits, and nothing that a policy says."""
    outcome = Outcome(Band.REVIEW, frozenset(), tuple(hits))
    said = _said(outcome, case.severity, held=case.holds)
    if any(getattr(case, name) != value for name, value in said.items()):
        Case.objects.filter(pk=case.pk, status=CaseStatus.WAITING).update(**said, updated_at=timezone.now())
        case.refresh_from_db()
        case_changed.send(sender=Case, case=case)
    return case


def _close(case: Case, why: str) -> bool:
    """Close an open case; on which somebody has ruled, it is decided. False when somebody was faster."""
    if case.ruling:
        moved = _move(case, CaseStatus.DECIDED, decided_at=case.decided_at or timezone.now())
    else:
        moved = _move(case, CaseStatus.CLOSED)
    if moved:
        record(action="case.closed", target=case, asset=str(case.asset_id), why=why)
    return moved


def _move(case: Case, status: CaseStatus, **facts: Any) -> bool:
    """Take a case out of the hands of whoever looks at it, and tell of it. False when somebody was faster."""
    moved = Case.objects.filter(pk=case.pk, status=case.status).update(
        status=status, assignee=None, lease_until=None, claimed_at=None, updated_at=timezone.now(), **facts
    )
    if moved:
        case.refresh_from_db()
        case_changed.send(sender=Case, case=case)
    return bool(moved)
