"""The admin of analyses: whether people are named in a collection is written down by whoever chooses it."""

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from mediaportal.audit.models import Entry
from tests.analysis.people import kept_picture, person_of, wanting
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_choice_to_name_people_is_written_down(client: Client, film: Asset) -> None:
    setting, manager = wanting(film), UserFactory(role="manager")
    client.force_login(manager)
    address = reverse("admin:analysis_collectionsetting_change", args=[setting.pk])
    told = {"collection": str(setting.pk), "types": "", "languages": "", "engine": "auto"}
    for more in ({}, {"monthly_budget": "5"}, {"names_people": "on"}):
        assert client.post(address, {**told, **more}).status_code == 302
    acts = Entry.objects.order_by("id").values_list("action", "object_id", "actor")
    assert list(acts) == [
        ("collection.people_not_named", str(setting.pk), manager.pk),
        ("collection.people_named", str(setting.pk), manager.pk),
    ]


def test_people_are_looked_at_and_not_changed(client: Client) -> None:
    person = kept_picture(person_of()).person
    client.force_login(UserFactory(role="manager"))
    page = client.get(reverse("admin:analysis_person_change", args=[person.pk]))
    assert page.status_code == 200
    assert "face-1" in page.content.decode()
    assert client.get(reverse("admin:analysis_person_add")).status_code == 403
    assert client.post(reverse("admin:analysis_person_delete", args=[person.pk])).status_code == 403
