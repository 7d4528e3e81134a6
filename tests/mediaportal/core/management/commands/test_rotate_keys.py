"""`manage.py rotate_keys` says what it has done, and what must stay."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mediaportal.core.env import NamedKey
from processing.models import ContentKey
from processing.services import keys
from tests.factories import PackageFactory

pytestmark = pytest.mark.django_db
OLD, NEW = NamedKey("old1", b"o" * 32), NamedKey("new1", b"n" * 32)


def rotated() -> tuple[str, str]:
    """What the command says, and of what it complains."""
    said, complaints = StringIO(), StringIO()
    try:
        call_command("rotate_keys", "--batch", "1", stdout=said, stderr=complaints)
    except CommandError as error:
        complaints.write(str(error))
    return said.getvalue(), complaints.getvalue()


def test_it_says_what_may_be_taken_away(settings: Any) -> None:
    settings.MASTER_KEYS = (OLD,)
    keys.provide(package=PackageFactory(), labels=["SD", "AUDIO"])
    settings.MASTER_KEYS = (NEW, OLD)
    said, complaints = rotated()
    assert said.splitlines() == ["2 sealed anew with new1", "old1 seals nothing any more"]
    assert complaints == ""
    assert rotated()[0].startswith("0 sealed anew")


def test_it_names_what_it_cannot_open(settings: Any) -> None:
    settings.MASTER_KEYS = (OLD,)
    keys.provide(package=PackageFactory(), labels=["SD"])
    settings.MASTER_KEYS = (NEW,)
    said, complaints = rotated()
    assert said.splitlines() == ["0 sealed anew with new1"]
    assert (
        "1 of processing.ContentKey stay sealed with old1: its master key is not in MASTER_KEYS" in complaints
    )
    assert "Nothing is lost" in complaints
    settings.MASTER_KEYS = (NEW, OLD)
    ContentKey.objects.update(sealed=b"x")
    assert "old1: damaged" in rotated()[1]


def test_it_wants_a_key(settings: Any) -> None:
    settings.MASTER_KEYS = ()
    assert rotated() == ("", "MASTER_KEYS is not set.")
