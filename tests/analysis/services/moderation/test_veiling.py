"""Who is to look at a case without knowing does not read the first decision off its asset, wherever they open it."""

from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from analysis import access
from analysis.models import Case
from analysis.services.moderation import background, claiming, deciding
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset
from assets.services import library
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
REJECT = Verdict("reject", "sexual")
RESTRICT = Verdict("restrict", "violence", restriction=Restriction("16", "private", ("SA",)))
APPROVE = Verdict("approve", "fine")


@pytest.fixture
def first() -> User:
    """Who decided."""
    return UserFactory(role="moderator", name="Omar")


def decided(first: User, verdict: Verdict) -> Case:
    """A case that was decided on once, and waits for a second look."""
    asset = AssetFactory(published=True, title="Harbour")
    VariantFactory(asset=asset)
    one = case(asset, of=policy(f"twice-{verdict.action}", double=1.0))
    claiming.claim(user=first, case_id=one.pk)
    deciding.decide(user=first, case_id=one.pk, verdict=verdict)
    one.refresh_from_db()
    assert (one.queue, one.status) == ("second", "waiting")
    return one


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def told(person: User, one: Case) -> dict[str, Any]:
    """What the API tells of its asset, without what moves by itself."""
    document: dict[str, Any] = browser(person).get(f"/api/v1/assets/{one.asset_id}/").json()
    return {name: value for name, value in document.items() if name not in _OF_ITSELF}


_OF_ITSELF = {"id", "job_id", "original_filename", "uploaded_by", "created_at", "updated_at", "poster_url",
              "preview_url", "sha256"}  # fmt: skip


@pytest.mark.parametrize("role", ["moderator", "manager", "administrator"])
def test_every_decision_looks_the_same_until_the_second_look(first: User, role: str) -> None:
    person = UserFactory(role=role)
    rejected, restricted, approved = (
        told(person, decided(first, one)) for one in (REJECT, RESTRICT, APPROVE)
    )
    assert rejected == restricted == approved
    assert rejected["publication"] == "held" and rejected["state"]["label"] == "Waits for a second look"


def test_who_has_decided_and_who_reviews_nothing_are_told(first: User) -> None:
    one = decided(first, REJECT)
    for person in (first, one.owner):
        assert told(person, one)["publication"] == "blocked"
    blind = UserFactory(role="moderator")
    Case.objects.filter(pk=one.pk).update(status="decided", decided_at=one.opened_at)
    assert told(blind, one)["publication"] == "blocked"


def test_the_rule_for_lists_is_that_for_one(first: User) -> None:
    blocked, plain = decided(first, REJECT), case()
    people = [first, UserFactory(role="moderator"), UserFactory(role="manager"), UserFactory(role="viewer")]
    for person in people:
        veiled = {one.pk for one in Asset.objects.visible_to(person) if one.veiled}
        blind = {one.asset_id for one in (blocked, plain) if access.looks_blindly(person, one)}
        assert veiled == (blind if access.can_review(person) else set())


@pytest.mark.parametrize("part", ["", "side/", "stage/"])
def test_the_page_of_the_asset_tells_neither(first: User, part: str) -> None:
    one = decided(first, REJECT)
    address = f"/assets/{one.asset_id}/{part}"
    text = browser(UserFactory(role="moderator")).get(address).content.decode()
    # The words of the page's scripts name every state.
    text = text.partition("<main")[2].partition("</main>")[0] or text
    assert "Harbour" in text or part == "side/"
    for word in ("Blocked", "blocked", "decision was made"):
        assert word not in text
    assert "locked" in browser(first).get(f"/assets/{one.asset_id}/side/").content.decode()


@pytest.mark.parametrize(("verdict", "status"), [(REJECT, "failed"), (APPROVE, "ready")])
def test_no_filter_finds_it_by_what_was_decided(first: User, verdict: Verdict, status: str) -> None:
    one = decided(first, verdict)
    client = browser(UserFactory(role="moderator"))
    stands = Asset.objects.get(pk=one.asset_id).publication
    found = client.get(f"/api/v1/assets/?publication={stands}").json()["results"]
    assert found == []
    (held,) = client.get("/api/v1/assets/?publication=held").json()["results"]
    assert held["id"] == str(one.asset_id)
    assert str(one.asset_id) not in client.get(f"/?status={status}").content.decode()
    shown = client.get("/?status=held").content.decode()
    assert str(one.asset_id) in shown and "Waits for a second look" in shown


def test_the_admin_tells_neither(first: User) -> None:
    one = decided(first, REJECT)
    client = browser(UserFactory(role="administrator", is_staff=True))
    for address in ("/admin/assets/asset/", f"/admin/assets/asset/{one.asset_id}/change/"):
        text = client.get(address).content.decode()
        assert "Waits for a second look" in text
        assert 'field-shown_publication">–' in text.replace('"nowrap">', '">') or ">–<" in text
    listed = client.get("/admin/assets/asset/?publication=blocked").content.decode()
    assert str(one.asset_id) not in listed
    assert str(one.asset_id) in client.get("/admin/assets/asset/?publication=held").content.decode()


def test_what_nobody_decided_on_stands_as_it_is(first: User) -> None:
    plain = case(AssetFactory(published=True))
    document = told(UserFactory(role="moderator"), plain)
    assert document["publication"] == "published" and document["state"]["code"] == "ready"
    assert (
        list(
            Asset.objects.visible_to(UserFactory(role="viewer")).standing(
                Q(publication="blocked"), held=False
            )
        )
        == []
    )


def test_what_is_around_another_case_of_the_owner_does_not_tell_it(first: User) -> None:
    one = decided(first, REJECT)
    beside = case(AssetFactory(published=True, uploaded_by=one.owner))
    for person, blocked, publication in ((UserFactory(role="moderator"), 0, "held"), (first, 1, "blocked")):
        around = background.history(user=person, case_id=beside.pk)
        assert (around["uploads"]["count"], around["uploads"]["blocked"]) == (1, blocked)
        assert [line["publication"] for line in around["uploads"]["newest"]] == [publication]


def test_who_takes_it_out_of_the_trash_is_not_told(first: User) -> None:
    one = decided(first, REJECT)
    library.trash(user=one.owner, asset=one.asset)
    person = UserFactory(role="manager")
    document = browser(person).post(f"/api/v1/assets/{one.asset_id}/restore").json()
    assert (document["id"], document["publication"]) == (str(one.asset_id), "held")


def test_the_list_of_the_admin_is_not_sorted_by_it(first: User) -> None:
    decided(first, REJECT)
    client = browser(UserFactory(role="administrator", is_staff=True))
    shown = client.get("/admin/assets/asset/").context["cl"]
    assert "shown_publication" in shown.list_display
    assert "publication" not in shown.get_ordering_field_columns()
    assert shown.get_ordering_field("shown_publication") is None
