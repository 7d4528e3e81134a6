"""The page of a case: who may open it, what it tells, what it keeps to itself, and how much it asks the database."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from analysis.models import Action, CaseComment, CaseQueue, CaseStatus, Policy, Reason, Report, Strike
from analysis.services.moderation import byhand, claiming, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, found
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
NEXT = "/review/next/"


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator", name="Lina")


@pytest.fixture
def client(moderator: User) -> Client:
    browser = Client()
    browser.force_login(moderator)
    return browser


def address(one: Any) -> str:
    return reverse("review-case", args=[one.pk])


def page(client: Client, one: Any) -> str:
    """The page of a case as text."""
    answer = client.get(address(one))
    assert answer.status_code == 200
    return answer.content.decode()


def rejected(one: Any, by: User) -> None:
    """Let somebody have rejected a case, with a note."""
    claiming.claim(user=by, case_id=one.pk)
    deciding.decide(
        user=by, case_id=one.pk, verdict=Verdict(Action.REJECT, Reason.SEXUAL, note="Rude as can be")
    )


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("contributor", 403), ("moderator", 200), ("administrator", 200)]
)
def test_the_cockpit_is_for_those_who_review(role: str, status: int) -> None:
    browser = Client()
    browser.force_login(UserFactory(role=role))
    assert browser.get(NEXT).status_code == status
    assert browser.get(address(case())).status_code == status


def test_nobody_opens_a_case_of_their_own_or_of_what_is_kept_from_them(
    client: Client, moderator: User
) -> None:
    mine = case(AssetFactory(published=True, uploaded_by=moderator))
    Policy.objects.filter(slug="unsafe").update(restricted=True)
    kept = case(of=Policy.objects.get(slug="unsafe"))
    assert client.get(address(mine)).status_code == 404
    assert client.get(address(kept)).status_code == 404
    assert client.get(reverse("review-case", args=[uuid4()])).status_code == 404


def test_opening_the_page_claims_nothing(client: Client) -> None:
    one = case()
    client.get(NEXT)
    assert 'data-lease="free"' in page(client, one)
    one.refresh_from_db()
    assert one.status == CaseStatus.WAITING


def test_a_case_says_who_has_it(client: Client, moderator: User) -> None:
    mine, theirs, done, barred = (case() for _ in range(4))
    other = UserFactory(role="moderator", name="Omar")
    claiming.claim(user=moderator, case_id=mine.pk)
    claiming.claim(user=other, case_id=theirs.pk)
    rejected(done, other)
    type(barred).objects.filter(pk=barred.pk).update(queue=CaseQueue.SENIOR)
    assert 'data-lease="mine"' in page(client, mine)
    taken = page(client, theirs)
    assert 'data-lease="taken"' in taken and "Omar" in taken
    assert 'data-lease="over"' in page(client, done)
    assert 'data-lease="barred"' in page(client, barred)


def test_a_lease_that_has_run_out_is_nobodys(client: Client) -> None:
    one = case()
    claiming.claim(user=UserFactory(role="moderator"), case_id=one.pk)
    type(one).objects.filter(pk=one.pk).update(lease_until="2020-01-01T00:00:00Z")
    assert 'data-lease="free"' in page(client, one)


def test_it_opens_at_the_worst_and_shows_what_was_found_and_said(client: Client) -> None:
    asset = AssetFactory(published=True, duration=60.0)
    found(asset, ("", 0.9, 1.0, 2.0), kind="speech")
    asset.moments.update(text="Look over there")
    VariantFactory(asset=asset)
    one = case(asset, worst_start=2.0)
    Report.objects.create(asset=asset, case=one, reporter=UserFactory(), reason="spam", note="An advert")
    text = page(client, one)
    for words in ('data-at="2.000"', "Explicit Nudity", "80 %", "Look over there", "An advert", "Spam"):
        assert words in text, words
    # Looking at a case is not watching.
    assert 'data-views="off"' in text and 'data-position=""' in text


def test_the_case_alone_is_served_to_its_script(client: Client) -> None:
    answer = client.get(address(case()), headers={"X-Part": "case"})
    text = answer.content.decode()
    assert text.lstrip().startswith("<article") and "<html" not in text
    assert "no-store" in answer["Cache-Control"]


# --- The next one -------------------------------------------------------------------------------------------------
def test_the_next_case_is_claimed_and_shown_in_one_answer(client: Client, moderator: User) -> None:
    first, second = case(severity=4), case(severity=2)
    answer = client.post("/review/take/")
    assert "no-store" in answer["Cache-Control"]
    assert f'data-case="{first.pk}"' in answer.content.decode()
    assert 'data-lease="mine"' in answer.content.decode()
    first.refresh_from_db()
    assert first.assignee == moderator
    assert f'data-case="{second.pk}"' in client.post("/review/take/", {"after": first.pk}).content.decode()
    assert client.post("/review/take/", {"after": "nonsense"}).status_code == 204


def test_what_lies_ahead_is_claimed_by_nobody_and_names_what_may_be_fetched(client: Client) -> None:
    assert client.get("/review/ahead/").json() == {}
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset, poster=True)
    VariantFactory(
        asset=asset,
        variant_type="manifest",
        format="dash",
        storage_key=f"{asset_folder(asset.pk)}/package/manifest.mpd",
        content=b"x",
    )
    one = case(asset, severity=4)
    answer = client.get("/review/ahead/")
    assert "no-store" in answer["Cache-Control"]
    told = answer.json()
    assert (told["case"], told["at"]) == (str(one.pk), 2.0)
    # What is fetched beforehand lies at the very addresses that the page of the case asks for.
    taken = client.post("/review/take/").content.decode()
    assert told["manifest"].startswith("/files/") and told["manifest"] in taken
    assert told["pictures"] and all(picture in taken for picture in told["pictures"])
    one.refresh_from_db()
    assert client.get("/review/ahead/").json() == {}


def test_what_lies_ahead_stays_free_and_is_for_those_who_review(client: Client) -> None:
    one = case()
    client.get("/review/ahead/")
    one.refresh_from_db()
    assert (one.status, one.assignee) == (CaseStatus.WAITING, None)
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    assert viewer.get("/review/ahead/").status_code == 403
    assert viewer.post("/review/take/").status_code == 403
    assert client.get("/review/take/").status_code == 405


def test_what_the_staff_pointed_at_is_named_and_leads_to_its_second(client: Client) -> None:
    asset = AssetFactory(published=True, duration=9.0)
    one = byhand.open_by_hand(
        user=UserFactory(role="moderator"), asset_id=asset.pk, policy="house-rules", second=2.0
    )
    text = page(client, one)
    assert 'The staff <button class="link ltr figures" type="button" data-go="2.000">0:02</button>' in text


# --- A second look ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("playable", [True, False])
def test_before_a_second_look_nothing_tells_of_the_first(client: Client, playable: bool) -> None:
    one = case()
    if playable:
        VariantFactory(asset=one.asset)
    first = UserFactory(role="moderator", name="Omar")
    rejected(one, first)
    CaseComment.objects.create(case=one, author=first, text="I have blocked it")
    decision = one.decisions.get()
    Strike.objects.create(user=one.owner, decision=decision, expires_at="2099-01-01T00:00:00Z")
    type(one).objects.filter(pk=one.pk).update(
        status=CaseStatus.WAITING, queue=CaseQueue.SECOND, decided_at=None
    )
    # The words of the page's scripts name every state.
    text = client.get(address(one), headers={"X-Part": "case"}).content.decode()
    assert "Second look" in text
    for words in ("Omar", "Rude as can be", "I have blocked it", "Rejected", "Blocked", "1 strike"):
        assert words not in text, words
    assert "Rejected" not in client.get(reverse("asset-cases", args=[one.asset_id])).content.decode()


def test_what_was_decided_is_told_to_who_looks_again_with_open_eyes(client: Client) -> None:
    one = case()
    rejected(one, UserFactory(role="moderator", name="Omar"))
    text = page(client, one)
    assert "Omar" in text and "Rude as can be" in text


def test_there_is_nobody_to_escalate_to_above_the_seniors() -> None:
    browser = Client()
    browser.force_login(UserFactory(role="manager"))
    assert 'data-act="escalate"' in page(browser, case())
    assert 'data-act="escalate"' not in page(browser, case(queue=CaseQueue.SENIOR))


def test_a_picture_and_a_sound_have_their_pages(client: Client) -> None:
    picture = AssetFactory(published=True, image=True)
    VariantFactory(asset=picture, format="webp", quality="web", filename="web.webp")
    text = page(client, case(picture))
    assert "data-picture" in text and "panel-timeline" not in text and "data-cuts" not in text
    sound = AssetFactory(published=True, audio=True)
    VariantFactory(asset=sound, variant_type="audio_only", format="m4a", filename="room.m4a")
    text = page(client, case(sound))
    assert "data-sound" in text and "panel-timeline" in text and "data-cuts" in text


def test_what_keeps_an_asset_from_playing_keeps_no_case_from_its_page(client: Client) -> None:
    assert "There is nothing to play" in page(client, case(AssetFactory(failed=True)))


def test_a_page_asks_the_same_for_much_as_for_little(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset)
    one = case(asset)
    type(one).objects.filter(pk=one.pk).update(evidence=one.evidence * 40)
    for number in range(5):
        Report.objects.create(
            asset=asset, case=one, reporter=UserFactory(), reason="spam", note=f"No {number}"
        )
        CaseComment.objects.create(case=one, author=UserFactory(role="moderator"), text=f"Yes {number}")
        case(AssetFactory(published=True, uploaded_by=asset.uploaded_by))
    page(client, one)
    with django_assert_max_num_queries(40):
        assert page(client, one).count('class="moment"') == 40


def test_facts_of_the_whole_are_told_in_words(client: Client) -> None:
    told = (
        ("metadata", "duration", "3723.5", "Length: <bdi>1 h 2 min</bdi>"),
        ("metadata", "file_size", "734003200", "Size: <bdi>700.0\u00a0MB</bdi>"),
        ("metadata", "visibility", "public", "Visibility: <bdi>Anyone with the address</bdi>"),
        ("metadata", "kind", "video", "Kind: <bdi>Video</bdi>"),
        ("metadata", "secret harbour", "", "<span><bdi>secret harbour</bdi>"),
        ("uploader", "role", "contributor", "By the role of its owner: <bdi>Contributor</bdi>"),
        ("uploader", "strikes", "3", "3 strikes count against its owner."),
    )
    one = case()
    hits = [
        one.evidence[0] | {"kind": kind, "label": label, "text": text, "start": 0.0, "end": 0.0}
        for kind, label, text, _said in told
    ]
    type(one).objects.filter(pk=one.pk).update(evidence=hits)
    shown = page(client, one)
    assert [said for *_hit, said in told if said not in shown] == []


# --- Beside it ----------------------------------------------------------------------------------------------------
def test_the_page_of_an_asset_leads_to_its_cases_for_those_who_review(client: Client) -> None:
    one = case()
    fragment = reverse("asset-cases", args=[one.asset_id])
    assert address(one) in client.get(fragment).content.decode()
    assert fragment in client.get(f"/assets/{one.asset_id}/").content.decode()
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    assert viewer.get(fragment).content == b""
    assert fragment not in viewer.get(f"/assets/{one.asset_id}/").content.decode()


def test_the_fragment_of_an_asset_that_is_not_seen_is_not_there(client: Client) -> None:
    assert client.get(reverse("asset-cases", args=[uuid4()])).status_code == 404
    hidden = AssetFactory(visibility="private")
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    assert viewer.get(reverse("asset-cases", args=[hidden.pk])).status_code == 404


def test_the_rail_counts_what_waits_for_each(client: Client, moderator: User) -> None:
    for _ in range(3):
        case()
    case(AssetFactory(published=True, uploaded_by=moderator))
    text = client.get("/account/").content.decode()
    assert '<span class="rail-count figures">3</span>' in text
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    assert "rail-count" not in viewer.get("/account/").content.decode()
