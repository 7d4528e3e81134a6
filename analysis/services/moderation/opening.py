"""Cases are opened, kept up to date while they wait, and closed where nothing is left of them."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, Sum
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
    Severity,
)
from analysis.rules import Band, Hit, Outcome, worst_start
from analysis.services.moderation import appeals
from analysis.signals import case_changed, case_opened
from assets.models import Asset, Publication, ShareLink, ViewDay, Visibility
from mediaportal.audit.services.log import record

# A rule that hits a little harder than when somebody decided tells nothing new.
_NEWS = 0.05
_SHOWN = 100
_NOT_BY_POLICY = (CaseSource.STAFF, CaseSource.SAMPLE, CaseSource.GUEST)
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
        **_said(outcome, severity, held=held),
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


def close_all(*, asset: Asset) -> None:
    """Close the open cases of an asset that has gone; they are opened again when it comes back. What was decided on
    them already, and is looked at once more or appealed against, holds all the same.
    """
    for case in Case.objects.select_for_update(of=("self",)).filter(asset=asset, status__in=OPEN_CASE):
        if case.ruling:
            appeals.withdraw(case=case)
        _close(case, "asset_removed")
    Judgement.objects.filter(asset=asset).update(dirty=True, since=timezone.now())


def reopen(*, asset: Asset) -> None:
    """Open the cases again that were closed when an asset went, and that no policy would open by itself: what the staff
    has found, what was drawn, and what a guest has sent. Must run in a transaction that has locked the asset.
    """
    closed = Case.objects.filter(asset=asset, status=CaseStatus.CLOSED, source__in=_NOT_BY_POLICY)
    for case in closed.order_by("-opened_at", "-pk"):
        others = Case.objects.filter(asset=asset, policy=case.policy_id)
        since = Q(status__in=OPEN_CASE) | Q(status=CaseStatus.DECIDED, decided_at__gte=case.opened_at)
        if not others.filter(since).exists():
            Case.objects.filter(pk=case.pk, status=CaseStatus.CLOSED).update(
                status=CaseStatus.WAITING, updated_at=timezone.now()
            )
            record(action="case.reopened", target=case, asset=str(asset.pk))
            case.refresh_from_db()
            case_changed.send(sender=Case, case=case)


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


def _said(outcome: Outcome, severity: int, *, held: bool) -> dict[str, Any]:
    """What follows from an outcome while nobody has decided."""
    return {
        "band": "block" if outcome.band == Band.BLOCK else "review",
        "evidence": [hit.as_data() for hit in _shown(outcome)],
        "worst_start": worst_start(outcome.hits),
        "holds": held or severity == Severity.CRITICAL,
        "blocks": outcome.band == Band.BLOCK,
        "regions": sorted(outcome.regions),
    }


def _shown(outcome: Outcome) -> list[Hit]:
    """The hits that a case shows, the worst first: of each rule its worst one at least, so that whoever decides has
    seen something of everything that they decide on.
    """
    worst = {hit.rule: place for place, hit in reversed(list(enumerate(outcome.hits)))}
    others = [place for place in range(len(outcome.hits)) if place not in worst.values()]
    kept = sorted([*worst.values(), *others[: max(0, _SHOWN - len(worst))]])
    return [outcome.hits[place] for place in kept]


def _is_news(asset: Asset, policy: Policy, outcome: Outcome) -> bool:
    """Whether a policy says more than what somebody has decided on already. What people report, and nobody has decided
    on, always is.
    """
    if any(hit.sighting.kind == "report" for hit in outcome.hits):
        return True
    last = (
        Case.objects.filter(asset=asset, policy=policy, status=CaseStatus.DECIDED)
        .order_by("-decided_at")
        .first()
    )
    if last is None:
        return True
    return any(score > last.considered.get(rule, 0.0) + _NEWS for rule, score in outcome.scores.items())


def _bring_up(case: Case, version: PolicyVersion, outcome: Outcome, *, held: bool) -> Case:
    """Bring the evidence of an open case up to date. What somebody has decided on it stays."""
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
    """Close a case that nobody has looked at when nothing is left of what it was opened for."""
    if case is None or _stands(case, version):
        return case
    by_policy = case.source in {CaseSource.POLICY, CaseSource.MATCH, CaseSource.REPORT}
    if by_policy and case.status == CaseStatus.WAITING and not case.ruling and _close(case, "nothing_left"):
        return None
    return case


def _close(case: Case, why: str) -> bool:
    """Close an open case; on which somebody has ruled, it is decided. False when somebody was faster."""
    ended: dict[str, Any] = {"status": CaseStatus.CLOSED}
    if case.ruling:
        ended = {"status": CaseStatus.DECIDED, "decided_at": case.decided_at or timezone.now()}
    moved = Case.objects.filter(pk=case.pk, status=case.status).update(
        **ended, assignee=None, lease_until=None, updated_at=timezone.now()
    )
    if moved:
        record(action="case.closed", target=case, asset=str(case.asset_id), why=why)
        case.refresh_from_db()
        case_changed.send(sender=Case, case=case)
    return bool(moved)
