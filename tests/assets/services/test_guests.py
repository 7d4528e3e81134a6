"""Guest links: their tokens, and when they are over."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from assets.exceptions import LinkEnded
from assets.models import GuestLink
from assets.services import guests
from mediaportal.core.problems import NotFound, RateLimited
from tests.factories import CollectionFactory, GuestLinkFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_token_opens_its_link_in_one_query_and_those_of_its_makers_rights(
    django_assert_max_num_queries: Any,
) -> None:
    link = GuestLinkFactory(collection=CollectionFactory())
    with django_assert_max_num_queries(3):
        found = guests.link_of(guests.token_of(link))
    with django_assert_max_num_queries(0):
        assert (found, found.created_by, found.collection) == (link, link.created_by, link.collection)


def test_a_token_goes_into_an_address_as_it_is() -> None:
    token = guests.token_of(GuestLinkFactory())
    assert len(token) == 48
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_changed_token_opens_nothing() -> None:
    token = guests.token_of(GuestLinkFactory())
    for place in (0, 10, 21, 22, 30, 47):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(NotFound):
            guests.link_of(token[:place] + other + token[place + 1 :])


def test_a_token_has_one_spelling() -> None:
    # Otherwise each spelling would be counted by itself, and the limit of a link be none.
    link = GuestLinkFactory(id=UUID("fbefbefb-efbe-4fbe-bbef-befbefbefbef"))
    token = guests.token_of(link)
    assert "-" in token[:20]
    for other in (f"{token}=", f"{token}====", token.replace("-", "+")):
        with pytest.raises(NotFound):
            guests.link_of(other)
    assert guests.link_of(token) == link


@pytest.mark.parametrize("forged", ["", "a", "é", "=" * 48, "A" * 48, "A" * 5000, "\0", "../../etc/passwd"])
def test_what_we_did_not_sign_opens_nothing(forged: str) -> None:
    with pytest.raises(NotFound):
        guests.link_of(forged)


def test_a_bare_id_opens_nothing() -> None:
    link = GuestLinkFactory()
    for raw in (link.pk.bytes, link.pk.bytes + bytes(20), link.pk.bytes + link.pk.bytes + bytes(4)):
        with pytest.raises(NotFound):
            guests.link_of(base64.urlsafe_b64encode(raw).decode())


def test_a_link_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        guests.link_of(guests.token_of(GuestLink(id=uuid4())))


def test_a_former_secret_still_opens_and_a_foreign_one_does_not(settings: Any) -> None:
    link = GuestLinkFactory()
    token, former = guests.token_of(link), settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of at least thirty-two letters"
    with pytest.raises(NotFound):
        guests.link_of(token)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert guests.link_of(token) == link
    assert guests.token_of(link) != token


def test_a_link_ends_with_its_time_or_by_hand() -> None:
    now = timezone.now()
    for over in ({"expires_at": now - timedelta(seconds=1)}, {"ended_at": now}):
        with pytest.raises(LinkEnded):
            guests.link_of(guests.token_of(GuestLinkFactory(**over)))


def test_a_link_ends_when_its_maker_may_not_make_links_any_more() -> None:
    for maker in (UserFactory(role="manager", inactive=True), UserFactory(role="contributor")):
        with pytest.raises(LinkEnded):
            guests.link_of(guests.token_of(GuestLinkFactory(created_by=maker)))


@pytest.mark.usefixtures("clean_cache")
def test_visits_are_counted_by_address_and_by_token(settings: Any) -> None:
    settings.GUEST_TRIES = 2
    for _time in range(2):
        guests.count_visit(token="a", address="192.0.2.1")
    with pytest.raises(RateLimited):
        guests.count_visit(token="b", address="192.0.2.1")
    guests.count_visit(token="a", address="192.0.2.2")
    with pytest.raises(RateLimited):
        for number in range(20):
            guests.count_visit(token="a", address=f"192.0.2.{number + 3}")
