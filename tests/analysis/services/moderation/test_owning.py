"""What an owner reads of a decision, and what never reaches them."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone, translation

from analysis.models import Case, CaseComment, Decision, Policy
from analysis.services.moderation import appeals, claiming, deciding, owning, settling
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound
from tests.analysis import moderating
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SECRET = "only for us"


def settled(case: Case, verdict: Verdict, *, by: User | None = None) -> Decision:
    """A decision that holds."""
    who = by or UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=verdict)
    Decision.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(minutes=2))
    settling.sweep()
    case.refresh_from_db()
    made.refresh_from_db()
    return made


def test_the_policy_the_reason_and_the_moments_in_the_language_of_the_reader() -> None:
    case = moderating.case(of=Policy.objects.get(slug="unsafe"))
    made = settled(case, Verdict("reject", "sexual"))
    told = owning.decision_of(user=case.owner, decision_id=made.pk)
    assert (told.policy, told.reason, told.rejected, told.holds) == (
        "Unsafe content",
        "Sexual content",
        True,
        True,
    )
    assert [(one.start, one.end, one.text) for one in told.moments] == [(2.0, 4.0, "Explicit Nudity")]
    assert told.appealable
    assert told.strike_until is not None
    with translation.override("ar"):
        arabic = owning.decision_of(user=case.owner, decision_id=made.pk)
    assert (arabic.policy, arabic.statement) == ("محتوى غير آمن", case.policy.statement_ar)


def test_nothing_of_who_decided_or_what_they_told_each_other_reaches_the_owner() -> None:
    case = moderating.case()
    who = UserFactory(role="manager", name="Judge Judy", email="judy@example.org")
    CaseComment.objects.create(case=case, author=who, text=SECRET)
    made = settled(case, Verdict("reject", "hate", note=SECRET), by=who)
    told = owning.decision_of(user=case.owner, decision_id=made.pk)
    read = json.dumps(asdict(told) | {"asset": model_to_dict(told.asset), "appeal": None}, default=str)
    for hidden in (SECRET, "Judy", "judy@example.org", str(who.pk)):
        assert hidden not in read


def test_only_the_owner_and_only_once_it_holds() -> None:
    case = moderating.case()
    who = UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=Verdict("reject", "hate"))
    with pytest.raises(NotFound):
        owning.decision_of(user=case.owner, decision_id=made.pk)
    assert owning.newest_of(user=case.owner, asset_id=case.asset_id) is None
    Decision.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    settling.sweep()
    assert owning.newest_of(user=case.owner, asset_id=case.asset_id) == made.pk
    for stranger in (who, UserFactory(role="administrator"), UserFactory(role="viewer")):
        with pytest.raises(NotFound):
            owning.decision_of(user=stranger, decision_id=made.pk)


def test_what_counts_can_still_be_read_of_what_lies_in_the_trash() -> None:
    case = moderating.case()
    made = settled(case, Verdict("reject", "violence"))
    assert owning.decision_of(user=case.owner, decision_id=made.pk).moments
    Asset.objects.filter(pk=case.asset_id).update(deleted_at=timezone.now())
    told = owning.decision_of(user=case.owner, decision_id=made.pk)
    assert (told.moments, told.appealable, told.plays) == ([], False, False)
    assert told.strike_until is not None
    assert owning.newest_of(user=case.owner, asset_id=case.asset_id) is None


def test_of_restricted_policies_no_moments_are_told() -> None:
    case = moderating.case(of=moderating.policy(restricted=True))
    made = settled(case, Verdict("reject", "sexual"))
    assert owning.decision_of(user=case.owner, decision_id=made.pk).moments == []


def test_names_of_lists_are_not_told() -> None:
    seen = [
        {"kind": "hash", "label": "A secret list", "start": 3.0, "end": 4.0},
        {"kind": "report", "label": "hate", "start": 0.0, "end": 0.0},
        {"kind": "speech", "label": "word", "text": "what was said", "start": 1.0, "end": 2.0},
    ]
    found = [(one.start, one.text) for one in owning._moments(seen)]
    assert found == [(1.0, "what was said"), (3.0, "")]


def test_what_a_restriction_means() -> None:
    said = owning.meaning(
        "restrict", Restriction("18", "internal", ("AE", "SA"), ((3.0, 5.0), (61.0, 3_725.0))).as_data()
    )
    assert said == [
        "It is shown only to people from 18 years on.",
        "It is shown only to people who are signed in here.",
        "It is not shown in: AE, SA.",
        "These parts are taken out: 0:03–0:05, 1:01–1:02:05.",
    ]
    assert owning.meaning("restrict", Restriction(cap="private").as_data()) == [
        "Only you and the staff see it."
    ]


def test_what_becomes_of_it_is_told() -> None:
    case = moderating.case()
    made = settled(case, Verdict("reject", "hate"))
    appeals.appeal(user=case.owner, case_id=case.pk, text="It is news.")
    told = owning.decision_of(user=case.owner, decision_id=made.pk)
    assert told.appeal is not None
    assert (told.appeal.text, told.appealable, told.holds) == ("It is news.", False, True)
    answer = settled(case, Verdict("restrict", "hate", restriction=Restriction("16")))
    told = owning.decision_of(user=case.owner, decision_id=made.pk)
    assert told.appeal is not None
    assert (told.holds, told.appeal.status) == (False, "overturned")
    last = owning.decision_of(user=case.owner, decision_id=answer.pk)
    assert (last.answers_appeal, last.appealable) == (True, False)
