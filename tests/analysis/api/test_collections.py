"""What is analysed in a collection, over HTTP and in its dialog."""

from typing import Any

import pytest
from django.test import Client

from analysis.models import CollectionSetting
from mediaportal.audit.models import Entry
from tests.analysis.conftest import FakeEngine
from tests.factories import CollectionFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
NOTHING: dict[str, Any] = {
    "types": [],
    "languages": [],
    "engine": "auto",
    "only_here": False,
    "names_people": False,
    "publishing": "",
    "monthly_budget": None,
}


def url(collection: object) -> str:
    return f"/api/v1/collections/{getattr(collection, 'pk', collection)}/analysis"


def test_it_is_read_and_changed_field_by_field(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    client = signed_in(collection.created_by)
    assert client.get(url(collection)).json() == NOTHING
    answer = client.patch(url(collection), {"types": ["shots"], "languages": ["ar"]}, format="json")
    assert (answer.status_code, answer.json()) == (200, NOTHING | {"types": ["shots"], "languages": ["ar"]})
    manager = signed_in(UserFactory(role="manager"))
    answer = manager.patch(url(collection), {"monthly_budget": "12.5"}, format="json")
    assert answer.json()["monthly_budget"] == 12.5
    assert client.get(url(collection)).json() == {
        "types": ["shots"],
        "languages": ["ar"],
        "engine": "auto",
        "only_here": False,
        "names_people": False,
        "publishing": "",
        "monthly_budget": 12.5,
    }


def test_others_are_refused_and_what_is_not_there_is_not(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    other = signed_in(UserFactory())
    assert other.get(url(collection)).status_code == 403
    assert other.patch(url(collection), {"types": ["shots"]}, format="json").status_code == 403
    owner = signed_in(collection.created_by)
    assert owner.patch(url(collection), {"monthly_budget": 5}, format="json").status_code == 403
    assert other.get(url("0198f5d0-0000-7000-8000-000000000000")).status_code == 404
    assert not CollectionSetting.objects.exists()


def test_what_is_wrong_is_named(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    answer = signed_in(collection.created_by).patch(url(collection), {"types": ["smell"]}, format="json")
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (400, ["types"])


def test_the_dialog_shows_what_stands_and_money_to_managers(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    CollectionSetting.objects.create(collection=collection, types=["faces"], monthly_budget="7.50")
    page = f"/collections/{collection.pk}/analyses/"
    browser = Client()
    browser.force_login(collection.created_by)
    shown = browser.get(page).content.decode()
    assert 'value="faces" checked' in shown and "7.50" in shown and 'name="monthly_budget"' not in shown
    assert "place-analyses" in browser.get(f"/?collection={collection.pk}").content.decode()
    browser.force_login(UserFactory(role="manager"))
    assert 'name="monthly_budget"' in browser.get(page).content.decode()
    browser.force_login(UserFactory())
    assert browser.get(page).status_code == 403
    assert "place-analyses" not in browser.get(f"/?collection={collection.pk}").content.decode()


def test_that_nothing_leaves_its_keepers_say_and_who_is_named_only_managers(fake: FakeEngine) -> None:
    collection = CollectionFactory()
    owner, manager = signed_in(collection.created_by), signed_in(UserFactory(role="manager"))
    answer = owner.patch(url(collection), {"only_here": True}, format="json")
    assert (answer.status_code, answer.json()["only_here"]) == (200, True)
    assert owner.patch(url(collection), {"names_people": True}, format="json").status_code == 403
    assert (
        manager.patch(url(collection), {"names_people": True}, format="json").json()["names_people"] is True
    )
    assert manager.patch(url(collection), {"names_people": False}, format="json").json()["only_here"] is True
    acts = (
        Entry.objects.filter(action__startswith="collection.").order_by("pk").values_list("action", flat=True)
    )
    assert list(acts)[-4:] == [
        "collection.analysis_changed",
        "collection.people_named",
        "collection.analysis_changed",
        "collection.people_not_named",
    ]
