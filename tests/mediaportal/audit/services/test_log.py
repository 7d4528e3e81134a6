"""The audit log: added to by services, changed by nobody."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction

from mediaportal.audit.models import Entry
from mediaportal.audit.services.log import record
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_act_is_written_down_with_who_what_and_on_which_object() -> None:
    user, asset = UserFactory(), AssetFactory()
    entry = record(action="asset.edited", target=asset, actor=user, address="192.0.2.7", fields=["title"])
    assert (entry.actor_id, entry.action, entry.object_type, entry.object_id) == (
        user.pk,
        "asset.edited",
        "assets.asset",
        str(asset.pk),
    )
    assert entry.detail == {"fields": ["title"]}


def test_the_portal_itself_and_strangers_stand_as_nobody() -> None:
    asset = AssetFactory()
    assert record(action="x", target=asset).actor is None
    assert record(action="x", target=asset, actor=AnonymousUser()).actor is None


def test_the_database_refuses_to_change_or_remove_an_entry() -> None:
    entry = record(action="x", target=AssetFactory())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(action="y")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).delete()
    assert Entry.objects.get(pk=entry.pk).action == "x"
