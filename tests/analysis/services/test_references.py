"""The list of protected works."""

import pytest

from analysis.engines import Type
from analysis.exceptions import AlreadyReference
from analysis.models import Analysis, Order, ReferenceWork
from analysis.services import references
from assets.models import Asset
from assets.signals import access_changed
from mediaportal.core.problems import NotPermitted
from tests.analysis.conftest import FakeEngine, sight
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_marked_work_becomes_private_and_is_fingerprinted(fake: FakeEngine, film: Asset) -> None:
    fake.abilities[Type.FINGERPRINT] = sight()
    manager = UserFactory(role="manager")
    work = references.add(user=manager, asset=film, title="", holder="The Harbour Board")
    film.refresh_from_db()
    assert (work.title, work.holder, film.visibility) == (film.title, "The Harbour Board", "private")
    assert Order.objects.get(asset=film).types == ["fingerprint"]
    with pytest.raises(AlreadyReference):
        references.add(user=manager, asset=film, title="")
    references.remove(user=manager, work=work)
    assert not ReferenceWork.objects.exists()


def test_whoever_watches_a_work_that_is_marked_is_told(fake: FakeEngine, film: Asset) -> None:
    fake.abilities[Type.FINGERPRINT] = sight()
    Asset.objects.filter(pk=film.pk).update(visibility="public")
    told: list[str] = []

    def hear(asset: Asset, **_kwargs: object) -> None:
        told.append(asset.visibility)

    access_changed.connect(hear)
    try:
        references.add(user=UserFactory(role="manager"), asset=film, title="")
    finally:
        access_changed.disconnect(hear)
    assert told == ["private"]


def test_others_may_not(fake: FakeEngine, film: Asset) -> None:
    with pytest.raises(NotPermitted):
        references.add(user=film.uploaded_by, asset=film, title="")
    assert not ReferenceWork.objects.exists()


@pytest.mark.parametrize(("give_back", "visibility"), [(False, "private"), (True, "public")])
def test_what_is_taken_off_the_list_is_seen_again_as_before_only_when_that_is_wished(
    fake: FakeEngine, film: Asset, give_back: bool, visibility: str
) -> None:
    fake.abilities[Type.FINGERPRINT] = sight()
    Asset.objects.filter(pk=film.pk).update(visibility="public")
    film.refresh_from_db()
    manager = UserFactory(role="manager")
    work = references.add(user=manager, asset=film, title="")
    references.remove(user=manager, work=work, give_back=give_back)
    film.refresh_from_db()
    assert film.visibility == visibility


def fingerprint_of_the_only_one() -> str:
    (work,) = references.listed()
    return str(getattr(work, "fingerprint", None))


def test_the_list_says_where_the_fingerprint_of_a_work_stands(fake: FakeEngine, film: Asset) -> None:
    fake.abilities[Type.FINGERPRINT] = sight()
    references.add(user=UserFactory(role="manager"), asset=film, title="")
    assert fingerprint_of_the_only_one() == "pending"
    Analysis.objects.update(status="failed", error_code="corrupt_media")
    assert fingerprint_of_the_only_one() == "failed"
    Order.objects.all().delete()
    assert fingerprint_of_the_only_one() == ""
