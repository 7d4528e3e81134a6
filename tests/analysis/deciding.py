"""What tests of the numbers begin with: decisions as many people have made them, at chosen times."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from analysis.models import Case, Decision, Policy
from mediaportal.accounts.models import User
from tests.analysis.moderating import case
from tests.factories import UserFactory


def decided(
    *steps: tuple[str, str, User | None],
    of: Policy | None = None,
    days: float = 1.0,
    hours: float = 2.0,
    **facts: Any,
) -> Case:
    """A case that was decided on some days ago, some hours after it was opened, by steps of (stage, act, person; None:
    somebody): the last one that is not of a second look holds. `reason`, `score`, `source` and `seconds` may be told.
    """
    reason = facts.pop("reason", "")
    seconds = facts.pop("seconds", 30.0)
    one = case(of=of, **facts)
    at = timezone.now() - timedelta(days=days)
    last: Decision | None = None
    for number, (stage, action, person) in enumerate(steps):
        made = Decision.objects.create(
            case=one,
            policy=one.policy,
            version=one.version,
            stage=stage,
            action=action,
            reason=reason or {"approve": "fine", "escalate": "unsure"}.get(action, "sexual"),
            seconds=seconds,
            made_by=person or UserFactory(role="moderator"),
            effective=stage != "second" and action != "escalate",
        )
        Decision.objects.filter(pk=made.pk).update(made_at=at + timedelta(minutes=number))
        if made.effective:
            Decision.objects.filter(case=one, effective=True).exclude(pk=made.pk).update(effective=False)
            last = made
    ruling = {"approve": "approved", "reject": "rejected", "restrict": "restricted"}[
        last.action if last else "approve"
    ]
    Case.objects.filter(pk=one.pk).update(
        status="decided",
        queue=steps[-1][0],
        ruling=ruling,
        opened_at=at - timedelta(hours=hours),
        decided_at=at,
        considered={hit["rule"]: hit["score"] for hit in one.evidence},
    )
    one.refresh_from_db()
    return one
