"""Which case answers a report, where several policies count what people report.

A report goes with the open case of the policy whose rules name its reason; otherwise with that of one that counts every
reason; otherwise with that of the policy for all that is reported. What is decided there answers it. No case of a
policy that does not count its reason ever does.
"""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from analysis.models import OPEN_CASE, Case, Policy, Report
from analysis.rules import RuleKind
from analysis.services.moderation import rulebook
from assets.models import Asset

POLICY = "reports"
"""The policy that comes with the portal under which people look at what others have reported."""


def share_out(*, asset: Asset) -> None:
    """Let each report of an asset that nobody has decided on go with the case that answers it, if one is open. Must run
    in a transaction that has locked the asset.
    """
    reports = list(Report.objects.standing().filter(asset=asset))
    if not reports:
        return
    open_cases = Case.objects.filter(asset=asset, status__in=OPEN_CASE).select_related("policy__current")
    cases = [(case, counted_by(case.policy)) for case in open_cases.order_by("opened_at", "pk")]
    moved: dict[UUID | None, list[UUID]] = defaultdict(list)
    for report in reports:
        goes_with = _nearest(report, cases)
        if report.case_id != goes_with:
            moved[goes_with].append(report.pk)
    for case_id, ids in moved.items():
        Report.objects.filter(pk__in=ids, answered_at=None).update(case=case_id)


def counted_by(policy: Policy) -> set[str]:
    """The reasons that the rules of a policy count; "" stands for every one."""
    rules = [rule for rule in rulebook.standing(policy.current) if rule.kind == RuleKind.REPORTS]
    return {name for rule in rules for name in rule.names or ("",)}


def _nearest(report: Report, cases: Iterable[tuple[Case, set[str]]]) -> UUID | None:
    """The case that answers a report, out of these with the reasons that they count; of two that are as near, the one
    that was opened first.
    """
    ranked = [
        (rank, case.pk)
        for case, counted in cases
        if (rank := _rank(report, case.policy, counted)) is not None
    ]
    return min(ranked, key=lambda one: one[0])[1] if ranked else None


def _rank(report: Report, policy: Policy, counted: set[str]) -> int | None:
    """How near a policy is to a report: the nearer the lower, None where it has nothing to do with it."""
    if report.reason in counted:
        return 0
    if "" in counted:
        return 1
    return 2 if policy.slug == POLICY else None
