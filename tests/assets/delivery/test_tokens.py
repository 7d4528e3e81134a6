"""Tokens are bound to one place, one person and a time; nothing else opens anything."""

import base64
import contextvars
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.delivery import tokens
from assets.delivery.tokens import Link
from assets.services.names import asset_folder
from mediaportal.core.problems import NotFound

LINK = Link(asset_id=uuid4(), scope="original/film.mp4", expires=2_000_000_000, mime_type="video/mp4")
FOLDER = replace(LINK, scope="cmaf/", mime_type="")


@given(
    st.builds(
        Link,
        asset_id=st.uuids(),
        scope=st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()),
        expires=st.just(4_000_000_000),
        user_id=st.none() | st.uuids().filter(lambda u: u.int != 0),
        bound=st.booleans(),
        attachment=st.booleans(),
        mime_type=st.sampled_from(["", "video/mp4"]),
        asset_epoch=st.integers(0, 2**31 - 1),
        epoch=st.integers(0, 2**31 - 1),
    )
)
def test_a_token_says_what_was_signed(link: Link) -> None:
    assert tokens.read(tokens.sign(link)) == link


def test_a_changed_token_opens_nothing() -> None:
    token = tokens.sign(LINK)
    for position in range(0, len(token) - 1, 7):
        letter = "A" if token[position] != "A" else "B"
        with pytest.raises(NotFound):
            tokens.read(token[:position] + letter + token[position + 1 :])


@pytest.mark.parametrize("token", ["", "a", "A" * 100, "%%%", "é" * 40, "A" * 200, "=" * 8])
def test_nonsense_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        tokens.read(token)


def test_tokens_of_another_portal_open_nothing(settings: Any) -> None:
    token = tokens.sign(LINK)
    settings.SECRET_KEY, old = "b" * 40, settings.SECRET_KEY
    with pytest.raises(NotFound):
        tokens.read(token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.read(token) == LINK


def test_a_link_may_be_bound_to_an_address(settings: Any) -> None:
    unbound = tokens.sign(LINK)
    settings.LINKS_BOUND_TO_ADDRESS = True
    here, there = "192.0.2.7", "192.0.2.8"
    token = _from(here, lambda: tokens.sign(replace(LINK, bound=True)))
    assert _from(here, lambda: tokens.read(token)) == replace(LINK, bound=True)
    for address in (there, ""):
        with pytest.raises(NotFound):
            _from(address, lambda: tokens.read(token))
    with pytest.raises(NotFound):
        _from(here, lambda: tokens.read(unbound))
    assert "192" not in str(base64.urlsafe_b64decode(token + "=="))
    settings.LINKS_BOUND_TO_ADDRESS = False
    assert _from(here, lambda: tokens.read(token)).bound


def _from(address: str, call: Callable[[], Any]) -> Any:
    """Do something while an address is answered."""

    def there() -> Any:
        tokens.asked_from.set(address)
        return call()

    return contextvars.copy_context().run(there)


def test_links_of_an_older_portal_have_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(tokens, "_VERSION", 1)
        token = tokens.sign(LINK)
    with pytest.raises(tokens.LinkExpired):
        tokens.read(token)


def test_the_time_of_a_link_ends() -> None:
    token = tokens.sign(LINK)
    assert tokens.read(token, now=LINK.expires - 1) == LINK
    with pytest.raises(tokens.LinkExpired):
        tokens.read(token, now=LINK.expires)


@pytest.mark.parametrize("rest", ["film.mp4"])
def test_a_file_link_opens_its_file(rest: str) -> None:
    assert LINK.key(rest) == f"{asset_folder(LINK.asset_id)}/original/film.mp4"


@pytest.mark.parametrize(
    "rest", ["", "other.mp4", "../film.mp4", "x/film.mp4", "film.mp4/", "/film.mp4", "film.mp4\0", "FILM.MP4"]
)
def test_a_file_link_opens_nothing_else(rest: str) -> None:
    with pytest.raises(NotFound):
        LINK.key(rest)


def test_a_folder_link_opens_what_lies_below() -> None:
    home = asset_folder(FOLDER.asset_id)
    assert FOLDER.key("master.m3u8") == f"{home}/cmaf/master.m3u8"
    assert FOLDER.key("v/360p/1.m4s") == f"{home}/cmaf/v/360p/1.m4s"


@pytest.mark.parametrize(
    "rest", ["", ".", "..", "../original/film.mp4", "v/../../x", "v//x", "v/", "a\\b", "a\nb"]
)
def test_a_folder_link_opens_nothing_outside(rest: str) -> None:
    with pytest.raises(NotFound):
        FOLDER.key(rest)
