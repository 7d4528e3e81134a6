"""The start says when a master key is missing."""

from typing import Any

import pytest
from django.core.checks import registry
from django.db import DatabaseError

from mediaportal.core import keychecks, resealing
from mediaportal.core.env import NamedKey
from processing.services import keys
from tests.factories import PackageFactory

pytestmark = pytest.mark.django_db


def test_all_is_well() -> None:
    keys.provide(package=PackageFactory(), labels=["SD"])
    assert keychecks.master_keys(None) == []


def test_without_a_key_it_warns_and_says_how_to_make_one(settings: Any) -> None:
    settings.MASTER_KEYS = ()
    (told,) = keychecks.master_keys(None)
    assert told.id == "core.W010" and "base64" in str(told.hint)


def test_a_key_that_is_missing_is_named(settings: Any) -> None:
    keys.provide(package=PackageFactory(), labels=["SD"])
    for left in ((), (NamedKey("other", bytes(32)),)):
        settings.MASTER_KEYS = left
        (told,) = keychecks.master_keys(None)
        assert told.id == "core.E013" and " tests," in told.msg


def test_before_the_tables_are_there_it_asks_nothing_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> set[str]:
        raise DatabaseError("there is no such table")

    monkeypatch.setattr(resealing, "unknown_keys", away)
    assert keychecks.master_keys(None) == []


def test_it_runs_only_when_asked_for() -> None:
    assert keychecks.master_keys not in registry.registry.get_checks(include_deployment_checks=False)
    assert keychecks.master_keys in registry.registry.get_checks(include_deployment_checks=True)
