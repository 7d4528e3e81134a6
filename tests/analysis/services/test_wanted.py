"""What is offered at upload and in collections, and who may say what is done in a collection."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from analysis.engines import Ability, Type
from analysis.engines.local import LocalEngine, sight_parts
from analysis.exceptions import NEEDS_MODEL
from analysis.models import CollectionSetting
from analysis.services import wanted
from assets import offers
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.analysis.conftest import FakeEngine, sight
from tests.factories import CollectionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_types_that_need_something_say_what_and_those_that_nobody_ever_does_are_left_out(
    only_engines: Callable[..., None],
) -> None:
    one = FakeEngine(abilities={Type.SHOTS: sight(), Type.FACES: sight(missing="Install A.")})
    other = FakeEngine(name="aws", abilities={Type.FACES: sight("image", missing="Install B.")})
    only_engines(one, other)
    assert [(o.type, o.able, o.missing) for o in wanted.offers()] == [
        ("shots", True, ()),
        ("faces", False, ("Install A.", "Install B.")),
    ]
    # What was chosen before stays to be seen.
    assert [(o.type, o.chosen) for o in wanted.offers(["text"]) if o.chosen] == [("text", True)]


def test_one_engine_that_can_is_enough(only_engines: Callable[..., None]) -> None:
    only_engines(
        FakeEngine(abilities={Type.FACES: sight(missing="Install A.")}),
        FakeEngine(name="aws", abilities={Type.FACES: Ability(frozenset({"image"}), "")}),
    )
    assert [(o.type, o.able) for o in wanted.offers()] == [("faces", True)]


def test_the_upload_page_is_offered_types_and_languages(only_engines: Callable[..., None]) -> None:
    only_engines(LocalEngine(sight_parts(None), ()))
    offered = wanted.offer()
    missing = {one.type: one.missing for one in offered["types"]}
    assert (missing["shots"], missing["objects"]) == ((), (NEEDS_MODEL,))
    assert ("analysis/upload.html", offered) in offers.upload_parts()
    only_engines(FakeEngine(abilities={Type.SHOTS: sight()}))
    assert wanted.offer()["takes_languages"] is False
    only_engines(FakeEngine(abilities={Type.SHOTS: sight(missing="Install it.")}))
    assert wanted.offer() == {}


def test_whoever_made_a_collection_says_what_is_done_in_it(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    owner = collection.created_by
    changes = {"types": ["text", "shots"], "languages": ["AR", "en_gb"], "engine": "local"}
    kept = wanted.change(user=owner, collection=collection, changes=changes)
    assert (kept.types, kept.languages, kept.engine) == (["text", "shots"], ["ar", "en-GB"], "local")
    kept = wanted.change(user=owner, collection=collection, changes={"types": []})
    assert (kept.types, kept.languages, kept.engine) == ([], ["ar", "en-GB"], "local")
    assert [entry.action for entry in Entry.objects.order_by("pk")] == ["collection.analysis_changed"] * 2
    wanted.change(user=owner, collection=collection, changes={"types": []})
    assert Entry.objects.count() == 2


def test_money_is_for_managers(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    with pytest.raises(NotPermitted):
        wanted.change(
            user=collection.created_by, collection=collection, changes={"monthly_budget": Decimal(5)}
        )
    manager = UserFactory(role="manager")
    kept = wanted.change(user=manager, collection=collection, changes={"monthly_budget": Decimal(5)})
    assert kept.monthly_budget == 5
    wanted.change(user=manager, collection=collection, changes={"monthly_budget": None})
    assert CollectionSetting.objects.get().monthly_budget is None


def test_others_change_nothing_and_what_has_gone_is_told(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    with pytest.raises(NotPermitted):
        wanted.change(user=UserFactory(), collection=collection, changes={"types": ["shots"]})
    owner = collection.created_by
    type(collection).objects.filter(pk=collection.pk).delete()
    with pytest.raises(NotFound):
        wanted.change(user=owner, collection=collection, changes={"types": ["shots"]})


def test_everything_that_is_wrong_is_named_at_once(fake: FakeEngine) -> None:
    changes = {
        "types": ["smell"],
        "languages": ["?"],
        "engine": "steam",
        "monthly_budget": Decimal(-1),
    }
    with pytest.raises(InvalidInput) as refused:
        wanted.change(user=UserFactory(role="manager"), collection=CollectionFactory(), changes=changes)
    assert [one.field for one in refused.value.errors or ()] == [
        "types",
        "languages",
        "engine",
        "monthly_budget",
    ]
    assert not CollectionSetting.objects.exists()


def test_a_collection_says_whether_what_comes_in_waits() -> None:
    collection = CollectionFactory()
    owner = collection.created_by
    kept = wanted.change(user=owner, collection=collection, changes={"publishing": "hold"})
    assert kept.publishing == "hold"
    assert wanted.change(user=owner, collection=collection, changes={"publishing": ""}).publishing == ""
    with pytest.raises(InvalidInput) as refused:
        wanted.change(user=owner, collection=collection, changes={"publishing": "never"})
    assert refused.value.errors[0].field == "publishing"
