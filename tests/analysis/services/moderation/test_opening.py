"""Cases in the trash with their assets and back, and what stands in their evidence."""

import pytest

from analysis.exceptions.moderation import NothingWaiting
from analysis.models import Case, CaseComment, Decision
from analysis.services.moderation import byhand, casebook, claiming, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from assets.services import library
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, found, judged, policy, restored
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def decided(one: Case, verdict: Verdict, *, role: str = "moderator") -> Decision:
    """What somebody decides on a case."""
    who = UserFactory(role=role)
    claiming.claim(user=who, case_id=one.pk)
    made = deciding.decide(user=who, case_id=one.pk, verdict=verdict)
    one.refresh_from_db()
    return made


def there_and_back(one: Case) -> Case:
    """The case after its asset was in the trash."""
    library.trash(user=one.owner, asset=one.asset)
    assert Case.objects.get(pk=one.pk).status == "away"
    restored(one.asset)
    assert Case.objects.get().pk == one.pk
    return Case.objects.get()


def test_a_second_look_still_waits_after_the_trash_and_stays_blind() -> None:
    one = case(of=policy(double=1.0))
    made = decided(one, Verdict("reject", "sexual"))
    deciders = one.deciders
    library.trash(user=one.owner, asset=one.asset)
    other = UserFactory(role="manager")
    document = casebook.document_of(casebook.find(user=other, case_id=one.pk), user=other)
    assert (document["blind"], document["ruling"], "decisions" in document) == (True, None, False)
    with pytest.raises(NothingWaiting):
        claiming.take_next(user=other)
    back = restored(one.asset)
    now = Case.objects.get()
    assert (now.status, now.queue, now.ruling, now.deciders) == ("waiting", "second", "rejected", deciders)
    assert (back.publication, back.blocks) == ("blocked", ["decision"])
    assert Decision.objects.get().effective and Decision.objects.get() == made
    decided(now, Verdict("reject", "sexual"))
    assert now.status == "decided"


def test_what_was_escalated_waits_for_a_senior_after_the_trash() -> None:
    asset = AssetFactory(published=True)
    policy()
    found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0))
    judged(asset)
    one = Case.objects.get()
    decided(one, Verdict("escalate", "unsure"))
    back = there_and_back(one)
    assert (back.status, back.queue, back.deciders) == ("waiting", "senior", one.deciders)
    with pytest.raises(NothingWaiting):
        claiming.take_next(user=UserFactory(role="moderator"))
    assert claiming.take_next(user=UserFactory(role="manager")).pk == one.pk


def test_who_looked_at_it_has_it_no_more() -> None:
    one = case()
    who = UserFactory(role="moderator")
    claiming.claim(user=who, case_id=one.pk)
    back = there_and_back(one)
    assert (back.status, back.assignee) == ("waiting", None)


def test_a_case_that_nothing_is_left_of_is_closed_once_its_asset_is_back() -> None:
    asset = AssetFactory(published=True)
    under = policy()
    found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0))
    judged(asset)
    one = Case.objects.get()
    library.trash(user=one.owner, asset=one.asset)
    under.mode = "off"
    under.save()
    restored(asset)
    assert Case.objects.get().status == "closed"


def test_opening_by_hand_right_after_the_trash_goes_on_with_the_case() -> None:
    one = case()
    library.trash(user=one.owner, asset=one.asset)
    library.restore(user=one.owner, asset=one.asset)
    again = byhand.open_by_hand(
        user=UserFactory(role="moderator"), asset_id=one.asset_id, policy="house-rules"
    )
    assert (again.pk, again.status, Case.objects.count()) == (one.pk, "waiting", 1)


# --- What somebody has pointed at ---------------------------------------------------------------------------------
@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def spots(one: Case) -> list[tuple[str, float]]:
    """What stands in the evidence, with its second."""
    return [(hit["rule"], hit["start"]) for hit in one.evidence]


def test_what_somebody_pointed_at_stays_when_a_policy_finds_more(moderator: User) -> None:
    policy()
    asset: Asset = AssetFactory(published=True, duration=60.0)
    one = byhand.open_by_hand(user=moderator, asset_id=asset.pk, policy="bare", note="Look here", second=31.0)
    found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0))
    for _time in range(2):
        judged(asset)
        one.refresh_from_db()
        assert spots(one) == [("nudity", 2.0), ("by hand", 31.0)]
    assert CaseComment.objects.get(case=one).text == "Look here"


def test_what_somebody_points_at_is_added_to_the_case_that_a_policy_has_opened(moderator: User) -> None:
    policy()
    asset: Asset = AssetFactory(published=True, duration=60.0)
    found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0))
    judged(asset)
    for _time in range(2):
        byhand.open_by_hand(user=moderator, asset_id=asset.pk, policy="bare", second=31.0)
    judged(asset)
    assert spots(Case.objects.get()) == [("nudity", 2.0), ("by hand", 31.0)]


@pytest.mark.parametrize(("second", "note"), [(31.0, ""), (None, "The end is worse than it looks")])
def test_what_somebody_has_added_keeps_a_case_of_which_nothing_else_is_left(
    moderator: User, second: float | None, note: str
) -> None:
    under = policy()
    asset: Asset = AssetFactory(published=True, duration=60.0)
    one = case(asset, of=under, source="report")
    byhand.open_by_hand(user=moderator, asset_id=asset.pk, policy="bare", second=second, note=note)
    for _time in range(2):
        judged(asset)
        one.refresh_from_db()
        assert (one.status, spots(one)) == ("waiting", [("by hand", 31.0)] if second else [])
    under.mode = "off"
    under.save()
    judged(asset)
    one.refresh_from_db()
    assert one.status == "waiting"


def test_what_somebody_points_at_moves_nothing_under_who_has_the_case_open(moderator: User) -> None:
    one = case(AssetFactory(published=True, duration=60.0), of=policy())
    before = one.evidence
    byhand.open_by_hand(user=moderator, asset_id=one.asset_id, policy="bare", second=31.0)
    one.refresh_from_db()
    assert one.evidence[:-1] == before and spots(one)[-1] == ("by hand", 31.0)
