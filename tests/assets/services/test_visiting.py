"""How somebody without an account comes in: by an open link, with its password where it has one."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from assets.access import Visitor
from assets.exceptions import ShareLinkEnded, ShareNotReady, WrongPassword
from assets.models import ShareLink
from assets.services import sharing, visiting
from mediaportal.accounts.roles import Role
from mediaportal.core.problems import NotFound, RateLimited
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def locked() -> ShareLink:
    """A link with the password "let me in"."""
    asset = AssetFactory(published=True)
    return sharing.make(user=asset.uploaded_by, asset=asset, password="let me in")


def test_an_open_link_lets_in_with_one_query(django_assert_num_queries: Any) -> None:
    link = ShareLinkFactory()
    with django_assert_num_queries(1):
        visitor = visiting.visitor_of(link.pk)
    assert visitor.link == link


def test_a_link_that_nobody_made() -> None:
    with pytest.raises(NotFound):
        visiting.visitor_of(uuid4())


@pytest.mark.parametrize(
    ("asset", "link", "problem"),
    [
        ({"published": True}, {"expired": True}, ShareLinkEnded),
        ({"published": True}, {"revoked": True}, ShareLinkEnded),
        ({"published": True, "trashed": True}, {}, ShareLinkEnded),
        ({"blocked": True}, {}, ShareLinkEnded),
        ({}, {}, ShareNotReady),
        ({"passed_gate": True, "policy_verdict": "review"}, {}, ShareNotReady),
        ({}, {"expired": True}, ShareLinkEnded),
    ],
)
def test_what_a_link_does_not_open(
    asset: dict[str, Any], link: dict[str, Any], problem: type[Exception]
) -> None:
    made = ShareLinkFactory(asset=AssetFactory(**asset), **link)
    with pytest.raises(problem):
        visiting.visitor_of(made.pk)


def test_a_link_ends_with_the_rights_of_its_maker() -> None:
    maker = UserFactory(role="manager")
    link = ShareLinkFactory(created_by=maker)
    visiting.visitor_of(link.pk)
    maker.set_role(Role.VIEWER)
    with pytest.raises(ShareLinkEnded):
        visiting.visitor_of(link.pk)


def test_a_password_is_proven_once() -> None:
    link = locked()
    proof = visiting.prove(link=link, password="let me in", address="10.0.0.1")
    assert visiting.has_proof(link, proof)
    assert not visiting.has_proof(link, "") and not visiting.has_proof(link, proof[:-1] + "x")
    assert not visiting.has_proof(locked(), proof), "it is worth nothing at another link"
    sharing.change(user=link.created_by, link=link, password="another word")
    assert not visiting.has_proof(link, proof), "nor once the password is another one"


def test_a_program_says_the_password_each_time() -> None:
    link = locked()
    for said in ("", "let me out"):
        with pytest.raises(WrongPassword):
            visiting.let_in(link_id=link.pk, password=said, address="10.0.0.1")
    link.refresh_from_db()
    assert link.uses == 0
    assert visiting.let_in(link_id=link.pk, password="let me in", address="10.0.0.1").link == link
    link.refresh_from_db()
    assert link.uses == 1
    sharing.revoke(user=link.created_by, link=link)
    with pytest.raises(ShareLinkEnded):
        visiting.let_in(link_id=link.pk, password="let me in", address="10.0.0.1")


def test_where_there_is_no_password_any_is_good() -> None:
    link = ShareLinkFactory()
    for said in ("", "anything"):
        assert visiting.let_in(link_id=link.pk, password=said, address="10.0.0.1").link == link


def test_without_a_password_nobody_is_asked() -> None:
    assert visiting.has_proof(ShareLinkFactory(), "")


def test_a_wrong_password() -> None:
    for password in ("", "Let me in", "let me in "):
        with pytest.raises(WrongPassword):
            visiting.prove(link=locked(), password=password, address="10.0.0.1")


def test_guessing_is_slow_by_address_and_by_link(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SIGN_IN_TRIES = 2
    monkeypatch.setattr("time.time", lambda: 6_000_000_000.0)
    first, second = locked(), locked()
    for link in (first, second):
        with pytest.raises(WrongPassword):
            visiting.prove(link=link, password="x", address="10.0.0.1")
    with pytest.raises(RateLimited):
        visiting.prove(link=first, password="let me in", address="10.0.0.1")
    for number in range(8):
        with pytest.raises(WrongPassword):
            visiting.prove(link=first, password="x", address=f"10.0.1.{number}")
    with pytest.raises(RateLimited):
        visiting.prove(link=first, password="let me in", address="10.0.2.1")
    assert visiting.prove(link=second, password="let me in", address="10.0.2.2")


def test_a_visit_is_counted() -> None:
    link = ShareLinkFactory()
    for _time in range(2):
        visiting.note_use(link)
    link.refresh_from_db()
    assert link.uses == 2 and link.last_used_at is not None and link.last_used_at <= timezone.now()


def test_the_watermark_names_whom_the_link_is_for() -> None:
    link = ShareLinkFactory(title="Client", watermark="overlay")
    drawn = visiting.watermark_of(Visitor(link))
    assert drawn is not None
    assert drawn["text"].startswith("Client · 20") and drawn["text"].endswith(" UTC")
    assert (drawn["kind"], drawn["position"]) == ("text", "moving")
    link.watermark_text = "منى"
    drawn = visiting.watermark_of(Visitor(link))
    assert drawn is not None and drawn["text"].startswith("منى · ")


def test_nobody_else_has_a_watermark() -> None:
    link = ShareLinkFactory()
    for user in (Visitor(link), link.created_by, AnonymousUser()):
        assert visiting.watermark_of(user) is None
