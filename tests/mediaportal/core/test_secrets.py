"""What is sealed opens with its own master key and in its own place, and nowhere else."""

import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core import secrets
from mediaportal.core.env import NamedKey
from mediaportal.core.secrets import MasterKeyMissing, SealBroken, Sealed

OLD, NEW = NamedKey("2025", os.urandom(32)), NamedKey("2026", os.urandom(32))
SECRET = os.urandom(16)


def test_a_secret_comes_back(settings: Any) -> None:
    settings.MASTER_KEYS = (NEW, OLD)
    sealed = secrets.seal(SECRET, belongs_to="a row")
    assert sealed.key_name == "2026"
    assert SECRET not in sealed.data
    assert secrets.unseal(sealed, belongs_to="a row") == SECRET


@given(st.binary(max_size=200), st.text(max_size=20))
def test_every_secret_of_every_place_comes_back(secret: bytes, place: str) -> None:
    assert secrets.unseal(secrets.seal(secret, belongs_to=place), belongs_to=place) == secret


def test_the_same_secret_is_never_sealed_alike() -> None:
    assert len({secrets.seal(SECRET, belongs_to="a row").data for _turn in range(20)}) == 20


def test_an_older_key_opens_what_it_has_sealed(settings: Any) -> None:
    settings.MASTER_KEYS = (OLD,)
    sealed = secrets.seal(SECRET, belongs_to="a row")
    settings.MASTER_KEYS = (NEW, OLD)
    assert secrets.unseal(sealed, belongs_to="a row") == SECRET


def test_a_key_that_is_gone_is_named_in_the_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.MASTER_KEYS = (OLD,)
    sealed = secrets.seal(SECRET, belongs_to="a row")
    settings.MASTER_KEYS = (NEW,)
    with pytest.raises(MasterKeyMissing) as refused:
        secrets.unseal(sealed, belongs_to="a row")
    assert (refused.value.status, refused.value.code) == (503, "master_key_missing")
    assert "'2025'" in caplog.text and "a row" in caplog.text
    assert "2025" not in str(refused.value.as_document())


def test_nothing_is_sealed_without_a_key(settings: Any) -> None:
    settings.MASTER_KEYS = ()
    with pytest.raises(MasterKeyMissing):
        secrets.seal(SECRET, belongs_to="a row")


@pytest.mark.parametrize("at", [0, 1, 13, -1])
def test_a_changed_byte_is_seen(settings: Any, at: int) -> None:
    settings.MASTER_KEYS = (NEW,)
    sealed = secrets.seal(SECRET, belongs_to="a row")
    changed = bytearray(sealed.data)
    changed[at] ^= 1
    with pytest.raises(SealBroken):
        secrets.unseal(replace(sealed, data=bytes(changed)), belongs_to="a row")


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01" + bytes(20)])
def test_what_is_too_short_is_no_seal(data: bytes) -> None:
    with pytest.raises(SealBroken):
        secrets.unseal(Sealed(data, secrets.first_key().name), belongs_to="a row")


def test_a_seal_belongs_to_its_place_and_to_its_key(settings: Any) -> None:
    settings.MASTER_KEYS = (NEW, replace(NEW, name="2027"))
    sealed = secrets.seal(SECRET, belongs_to="a row")
    for other, place in ((sealed, "another row"), (replace(sealed, key_name="2027"), "a row")):
        with pytest.raises(SealBroken):
            secrets.unseal(other, belongs_to=place)


def test_neither_secrets_nor_keys_are_shown() -> None:
    shown = repr(OLD) + str(OLD) + repr(secrets.seal(SECRET, belongs_to="a row"))
    assert "2025" in shown
    for form in (OLD.value.hex(), repr(OLD.value), SECRET.hex(), repr(SECRET)):
        assert form not in shown
