"""What is foreseen of a decision is what it does."""

import pytest

from analysis.models import Case
from analysis.services.moderation import claiming, deciding, effects, standing
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset, Hold
from assets.services.publication import give_verdicts
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db

VERDICTS = {
    "approve": Verdict("approve", "fine"),
    "reject": Verdict("reject", "sexual"),
    "restrict": Verdict("restrict", "cultural", restriction=Restriction(rating="18")),
    "escalate": Verdict("escalate", "unsure"),
}


def _asset(standing_as: str) -> tuple[Asset, Case]:
    """A published asset with a case, in one of the ways in which it may stand."""
    asset = AssetFactory(published=True)
    one = case(asset)
    if standing_as == "held":
        Case.objects.filter(pk=one.pk).update(holds=True)
    elif standing_as == "blocked":
        Case.objects.filter(pk=one.pk).update(blocks=True)
    elif standing_as == "sent by a guest":
        Case.objects.filter(pk=one.pk).update(source="guest", holds=True)
        give_verdicts(asset=asset, holds={Hold.GUEST: True})
    elif standing_as == "held for a guest elsewhere":
        give_verdicts(asset=asset, holds={Hold.GUEST: True})
    elif standing_as == "held twice":
        case(asset, of=policy(), holds=True)
        Case.objects.filter(pk=one.pk).update(holds=True)
    elif standing_as == "rejected elsewhere":
        case(
            asset,
            of=policy(),
            status="decided",
            ruling="rejected",
            blocks=True,
            decided_at="2026-01-01T00:00Z",
        )
    standing.settle(asset=asset)
    asset.refresh_from_db()
    return asset, Case.objects.select_related("asset").get(pk=one.pk)


@pytest.mark.parametrize("action", list(VERDICTS))
@pytest.mark.parametrize(
    "before",
    [
        "published",
        "held",
        "blocked",
        "sent by a guest",
        "held for a guest elsewhere",
        "held twice",
        "rejected elsewhere",
    ],
)
def test_it_comes_as_it_was_foreseen(before: str, action: str) -> None:
    asset, one = _asset(before)
    moderator = UserFactory(role="moderator")
    told = effects.foresee(cases=[one], action=action, user=moderator)[one.pk]
    stood = asset.publication
    claiming.claim(user=moderator, case_id=one.pk)
    deciding.decide(user=moderator, case_id=one.pk, verdict=VERDICTS[action])
    asset.refresh_from_db()
    if asset.publication != stood:
        assert told == asset.publication
    else:
        assert told == ("restricted" if action == "restrict" else "nothing")


def test_several_cases_of_one_asset_are_decided_together() -> None:
    asset = AssetFactory(published=True)
    rows = [case(asset, holds=True), case(asset, of=policy(), holds=True)]
    standing.settle(asset=asset)
    asset.refresh_from_db()
    assert asset.publication == "held"
    moderator = UserFactory(role="moderator")
    fresh = list(Case.objects.select_related("asset"))
    assert set(effects.foresee(cases=fresh, action="approve", user=moderator).values()) == {"published"}
    assert effects.foresee(cases=fresh[:1], action="approve", user=moderator) == {fresh[0].pk: "nothing"}
    assert len(rows) == 2


def test_of_a_blind_second_look_nothing_is_told() -> None:
    one = case(queue="second", ruling="rejected", blocks=True)
    moderator = UserFactory(role="moderator")
    assert effects.foresee(cases=[one], action="approve", user=moderator) == {one.pk: "hidden"}
