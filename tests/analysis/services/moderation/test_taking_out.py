"""A decision takes parts out of a film for others; taken back, they are there again."""

import pytest

from analysis.models import Case, Decision
from analysis.services.moderation import claiming, deciding, standing
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset, CutSet
from assets.services import library
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput
from processing.models import Job, JobType
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def taking_out(*parts: tuple[float, float]) -> Verdict:
    """The verdict that parts are to be taken out."""
    return Verdict("restrict", "sexual", restriction=Restriction(cut=parts))


def decide(one: Case, verdict: Verdict, user: User | None = None) -> tuple[User, Decision]:
    """Claim and decide."""
    moderator = user or UserFactory(role="moderator")
    claiming.claim(user=moderator, case_id=one.pk)
    return moderator, deciding.decide(user=moderator, case_id=one.pk, verdict=verdict)


def standing_of(asset: Asset) -> tuple[str, list[str], list[list[float]]]:
    """How an asset stands."""
    asset.refresh_from_db()
    return asset.publication, asset.holds, asset.cut


def ready(asset: Asset, parts: list[list[float]]) -> None:
    """Let what is left have been made."""
    prefix = f"{asset_folder(asset.pk)}/cutting/{len(parts)}"
    CutSet.objects.create(asset=asset, parts=parts, prefix=prefix, files={}, duration=4.0)


def test_parts_are_held_back_at_once_and_what_is_left_is_ordered() -> None:
    one = case()
    decide(one, taking_out((2.0, 4.0)))
    assert standing_of(one.asset) == ("held", ["cut"], [[2.0, 4.0]])
    job = Job.objects.get(job_type=JobType.CUT)
    assert job.parameters["cut"] == [[2.0, 4.0]]
    viewer = UserFactory(role="viewer")
    assert not Asset.objects.visible_to(viewer).exists()
    assert Asset.objects.visible_to(one.asset.uploaded_by).exists()


def test_links_end_when_parts_are_taken_out() -> None:
    one = case()
    before = one.asset.link_epoch
    ready(one.asset, [[2.0, 4.0]])
    decide(one, taking_out((2.0, 4.0)))
    assert standing_of(one.asset) == ("published", [], [[2.0, 4.0]])
    assert one.asset.link_epoch > before


def test_taking_the_decision_back_brings_everything_back() -> None:
    one = case()
    moderator, decision = decide(one, taking_out((2.0, 4.0)))
    deciding.undo(user=moderator, decision_id=decision.pk)
    assert standing_of(one.asset) == ("published", [], [])
    assert Job.objects.get(job_type=JobType.CUT).status == "cancelled"


def test_another_decision_takes_its_place() -> None:
    one = case()
    decide(one, taking_out((2.0, 4.0)))
    Case.objects.filter(pk=one.pk).update(status="waiting", queue="appeal")
    decide(one, Verdict("approve", "context"))
    assert standing_of(one.asset) == ("published", [], [])


def test_parts_of_several_decisions_add_up() -> None:
    asset = AssetFactory(published=True)
    first, second = case(asset), case(asset, of=policy())
    decide(first, taking_out((1.0, 2.0), (4.0, 5.0)))
    decide(second, taking_out((1.5, 3.0)))
    assert standing_of(asset)[2] == [[1.0, 3.0], [4.0, 5.0]]
    Case.objects.filter(pk=second.pk).update(status="closed")
    standing.settle(asset=asset)
    assert standing_of(asset)[2] == [[1.0, 2.0], [4.0, 5.0]]


def test_a_case_that_waits_for_its_second_look_takes_out_already() -> None:
    one = case(of=policy(double=1.0))
    decide(one, taking_out((2.0, 4.0)))
    one.refresh_from_db()
    assert (one.status, one.queue) == ("waiting", "second")
    assert standing_of(one.asset) == ("held", ["cut"], [[2.0, 4.0]])
    decide(one, taking_out((0.0, 1.0)))
    assert standing_of(one.asset)[2] == [[2.0, 4.0]]


def test_the_way_through_the_trash_brings_nothing_back() -> None:
    one = case(of=policy(double=1.0))
    decide(one, taking_out((2.0, 4.0)))
    owner = one.asset.uploaded_by
    library.trash(user=owner, asset=one.asset)
    library.restore(user=owner, asset=one.asset)
    standing.settle(asset=one.asset)
    assert standing_of(one.asset) == ("held", ["cut"], [[2.0, 4.0]])


@pytest.mark.parametrize(
    ("facts", "parts", "code"),
    [
        ({}, ((4.0, 2.0),), "invalid"),
        ({}, ((2.0, 9.0),), "invalid"),
        ({}, ((0.0, 5.5),), "nothing_left"),
        ({}, ((0.0, 3.0), (2.0, 6.0)), "nothing_left"),
        ({}, tuple((0.05 * n, 0.05 * n + 0.01) for n in range(51)), "invalid"),
        ({"image": True}, ((0.0, 0.5),), "invalid"),
        ({"encryption": "cbcs"}, ((2.0, 4.0),), "encrypted"),
    ],
)
def test_what_cannot_be_taken_out_is_refused(
    facts: dict[str, object], parts: tuple[tuple[float, float], ...], code: str
) -> None:
    one = case(AssetFactory(published=True, **facts))
    with pytest.raises(InvalidInput) as refused:
        decide(one, taking_out(*parts))
    (problem,) = refused.value.errors
    assert (problem.field, problem.code) == ("restriction.cut", code)
    assert standing_of(one.asset)[2] == []
