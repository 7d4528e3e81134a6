"""The pages about assets: who sees what, and how often the database is asked."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assets.models import Asset
from assets.services import gate
from assets.services.shelves import tag_named
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, CollectionFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return UserFactory()


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def _fill(user: User, count: int) -> None:
    for asset in AssetFactory.create_batch(count, uploaded_by=user, published=True):
        VariantFactory(asset=asset, poster=True)
        VariantFactory(asset=asset, thumbnail=True)


def test_the_library_asks_the_database_as_often_for_many_files_as_for_few(client: Client, user: User) -> None:
    _fill(user, 2)
    few = _queries(client, "/")
    _fill(user, 20)
    assert _queries(client, "/") == few <= 9


def test_the_asset_page_asks_as_often_with_many_variants(client: Client, user: User) -> None:
    asset = AssetFactory(uploaded_by=user, published=True)
    few = _queries(client, f"/assets/{asset.pk}/")
    for _number in range(10):
        VariantFactory(asset=asset, thumbnail=True)
    assert _queries(client, f"/assets/{asset.pk}/") == few <= 12


def test_an_empty_library_explains_itself(client: Client) -> None:
    assert "Drop your first files here" in client.get("/").content.decode()
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    assert "Nothing is shared with you yet" in viewer.get("/").content.decode()
    assert "Nothing matches" in client.get("/?q=zebra").content.decode()


def test_the_next_cards_come_alone(client: Client, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.services.browse.browse.__kwdefaults__", {"after": "", "size": 2})
    AssetFactory.create_batch(3, uploaded_by=user)
    page = client.get("/").content.decode()
    link = page.split('class="more" hx-get="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    more = client.get(link, headers={"HX-Request": "true"}).content.decode()
    assert more.count("card-of") == 1
    assert "<html" not in more


def test_a_card_is_given_alone_and_goes_with_its_asset(client: Client, user: User) -> None:
    asset = AssetFactory(uploaded_by=user, title="<b>Harbour</b>")
    card = client.get(f"/assets/{asset.pk}/card/").content.decode()
    assert "&lt;b&gt;Harbour" in card
    assert client.get(f"/assets/{asset.pk}/card/?kind=audio").content == b""
    assert client.get(f"/assets/{uuid4()}/card/").content == b""


@pytest.mark.parametrize("part", ["", "stage/", "side/"])
def test_what_a_person_may_not_see_is_not_there(client: Client, part: str) -> None:
    hidden = AssetFactory(published=True, visibility="private")
    assert client.get(f"/assets/{hidden.pk}/{part}").status_code == 404
    assert client.get(f"/assets/{uuid4()}/{part}").status_code == 404


def test_only_who_may_change_it_sees_the_controls(client: Client, user: User) -> None:
    mine = AssetFactory(uploaded_by=user, published=True)
    shared = AssetFactory(published=True)
    assert 'data-field="title"' in client.get(f"/assets/{mine.pk}/").content.decode()
    page = client.get(f"/assets/{shared.pk}/").content.decode()
    assert "data-field" not in page
    assert "data-remove" not in page


def test_the_failure_is_told_with_its_code_and_a_way_on(client: Client, user: User) -> None:
    asset = AssetFactory(uploaded_by=user, failed=True)
    page = client.get(f"/assets/{asset.pk}/").content.decode()
    assert "The file ends in the middle." in page
    assert 'data-copy="corrupt_media"' in page
    assert "data-retry" not in page  # the bytes stay as they are
    Asset.objects.filter(pk=asset.pk).update(error_code="worker_trouble")
    assert f'data-retry="{asset.job_id}"' in client.get(f"/assets/{asset.pk}/").content.decode()


def test_the_upload_page_is_for_those_who_may_upload(client: Client) -> None:
    assert client.get("/upload/").status_code == 200
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    assert viewer.get("/upload/").status_code == 403


def test_a_stranger_is_asked_to_sign_in() -> None:
    for address in ("/", "/upload/", f"/assets/{uuid4()}/", "/working/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/")


def test_the_pill_counts_what_is_in_work(client: Client, user: User) -> None:
    AssetFactory(uploaded_by=user)
    AssetFactory(published=True)
    assert 'data-count="1"' in client.get("/working/").content.decode()


def test_pages_carry_no_script_that_the_policy_would_refuse(client: Client, user: User) -> None:
    asset = AssetFactory(uploaded_by=user, published=True)
    for address in ("/", "/upload/", f"/assets/{asset.pk}/", "/account/"):
        page = client.get(address).content.decode()
        for tag in page.split("<script")[1:]:
            assert "src=" in tag.split(">", 1)[0] or 'type="application/json"' in tag.split(">", 1)[0]
        assert " onclick=" not in page


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_page_turns_with_the_language(client: Client, user: User, language: str, direction: str) -> None:
    client.post("/i18n/setlang/", {"language": language, "next": "/"})
    page = client.get("/").content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in page
    assert ("bootstrap.rtl" in page) == (direction == "rtl")


def test_the_upload_page_offers_the_presets(client: Client) -> None:
    client.force_login(UserFactory(role="contributor"))
    page = client.get("/upload/").content.decode()
    assert 'data-option="preset"' in page and "Weak network (720p to 144p)" in page


def test_the_trash_shows_what_this_person_may_take_out_again(client: Client, user: User) -> None:
    AssetFactory(uploaded_by=user, trashed=True, title="Mine in the trash")
    AssetFactory(trashed=True, title="Somebody else's")
    AssetFactory(uploaded_by=user, title="Still here")
    page = client.get("/trash/").content.decode()
    assert "Mine in the trash" in page and "data-restore" in page
    assert "Somebody else" not in page and "Still here" not in page
    manager = Client()
    manager.force_login(UserFactory(role="manager"))
    assert "Somebody else" in manager.get("/trash/").content.decode()


def test_an_empty_trash_says_so(client: Client) -> None:
    assert "The trash is empty" in client.get("/trash/").content.decode()


# --- Collections and tags -----------------------------------------------------------------------------------------
def test_collections_are_shown_with_what_may_be_seen(client: Client, user: User) -> None:
    assert "There are no collections yet" in client.get("/collections/").content.decode()
    shelf = CollectionFactory(name="<i>Events")
    CollectionFactory(name="Inside", parent=shelf)
    AssetFactory(uploaded_by=user).collections.add(shelf)
    AssetFactory(published=True, visibility="private").collections.add(shelf)
    page = client.get("/collections/").content.decode()
    assert "&lt;i&gt;Events" in page and "1 file<" in page and "1 collection<" in page
    assert "Inside" not in page
    assert 'id="make"' in page
    viewer = Client()
    viewer.force_login(UserFactory(role="viewer"))
    page = viewer.get("/collections/").content.decode()
    assert 'id="make"' not in page and "1 file<" not in page


def test_a_collection_opens_as_the_library_narrowed(client: Client, user: User) -> None:
    top = CollectionFactory(name="Events")
    shelf = CollectionFactory(name="Wedding", parent=top, created_by=user)
    AssetFactory(uploaded_by=user, title="In the place").collections.add(shelf)
    AssetFactory(uploaded_by=user, title="Elsewhere").collections.add(top)
    page = client.get(f"/?collection={shelf.pk}").content.decode()
    assert "In the place" in page and "Elsewhere" not in page
    assert f'href="/?collection={top.pk}"' in page and 'id="change"' in page and 'id="drop"' in page
    page = client.get(f"/?collection={top.pk}").content.decode()
    assert "Elsewhere" in page and "In the place" not in page and 'id="change"' not in page
    empty = CollectionFactory()
    assert "Nothing is in this collection yet" in client.get(f"/?collection={empty.pk}").content.decode()
    assert "Nothing matches" in client.get(f"/?collection={top.pk}&q=zebra").content.decode()
    assert client.get(f"/?collection={uuid4()}").status_code == 404
    assert client.get("/?collection=x").status_code == 200


def test_files_are_found_by_tag_and_the_filter_can_be_taken_off(client: Client, user: User) -> None:
    AssetFactory(uploaded_by=user, title="Tagged").tags.add(tag_named("بحر"))
    AssetFactory(uploaded_by=user, title="Plain")
    page = client.get("/", {"tag": "بحر", "kind": "video"}).content.decode()
    assert "Tagged" in page and "Plain" not in page
    assert 'class="chip-x" href="?kind=video"' in page


def test_tags_and_places_stand_beside_the_asset(client: Client, user: User) -> None:
    shelf = CollectionFactory(name="Wedding", parent=CollectionFactory(name="Events"))
    for asset in (AssetFactory(uploaded_by=user, published=True), AssetFactory(published=True)):
        asset.tags.add(tag_named("<b>sea"))
        asset.collections.add(shelf)
        for address in (f"/assets/{asset.pk}/", f"/assets/{asset.pk}/shelved/"):
            page = client.get(address).content.decode()
            assert "&lt;b&gt;sea" in page and 'title="Events / Wedding"' in page
            assert ("data-add-tag" in page) is (asset.uploaded_by == user)
    assert client.get(f"/assets/{uuid4()}/shelved/").status_code == 404


def test_before_a_collection_is_deleted_it_is_told_what_that_touches(client: Client, user: User) -> None:
    shelf = CollectionFactory(created_by=user)

    def dialog() -> str:
        page = client.get(f"/?collection={shelf.pk}").content.decode()
        return page[page.index('id="drop"') :]

    assert "Nothing stands in it." in dialog()
    for _number in range(3):
        AssetFactory(uploaded_by=user).collections.add(shelf)
    told = dialog()
    assert "3 files stand right in it. They are not deleted" in told and ">Delete<" in told
    assert "that you do not see" not in told
    AssetFactory(visibility="private").collections.add(shelf)
    assert "that you do not see" in dialog()
    CollectionFactory(created_by=user, parent=shelf)
    told = dialog()
    assert "1 collection stands in it" in told and "cannot be deleted yet" in told and "danger" not in told


def test_the_tags_of_what_may_be_seen_stand_below_the_collections(client: Client, user: User) -> None:
    sea, secret = tag_named("sea & sand"), tag_named("secret")
    AssetFactory(uploaded_by=user).tags.add(sea)
    AssetFactory(published=True, visibility="private").tags.add(sea, secret)
    page = client.get("/collections/").content.decode()
    assert (
        '<a href="/?tag=sea+%26+sand"><bdi>sea &amp; sand</bdi> <span class="quiet figures">1</span>' in page
    )
    assert "secret" not in page


def test_more_collections_ask_the_database_no_more(client: Client, user: User) -> None:
    def fill() -> None:
        for _number in range(3):
            shelf = CollectionFactory(parent=top)
            for _file in range(2):
                asset = VariantFactory(asset__uploaded_by=user, poster=True).asset
                asset.collections.add(shelf, top)
                asset.tags.add(tag_named(f"tag {asset.pk}"))

    top = CollectionFactory()
    addresses = ("/collections/", f"/?collection={top.pk}")
    fill()
    few = [_queries(client, address) for address in addresses]
    fill()
    assert [_queries(client, address) for address in addresses] == few
    assert max(few) <= 13


def test_the_keeper_of_chosen_files_is_a_plain_script_at_the_root() -> None:
    answer = Client().get("/upload-keeper.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript"
    assert "uppy/ADD_FILE" in answer.content.decode()
    assert not re.search(r"^export", answer.content.decode(), re.MULTILINE)


def page_of(client: Client, user: User, asset: Asset) -> str:
    """The asset page as somebody sees it."""
    client.force_login(user)
    return client.get(f"/assets/{asset.pk}/").content.decode()


def test_the_page_says_what_was_not_scanned(client: Client) -> None:
    asset = AssetFactory(published=True, scan_detail=gate.AWAY)
    assert "Not scanned for malware" in page_of(client, asset.uploaded_by, asset)
    plain = AssetFactory(published=True, scan_detail="no scanner is set up")
    assert "Not scanned for malware" not in page_of(client, plain.uploaded_by, plain)


def test_what_was_measured_is_told_to_whoever_may_have_the_file_on_the_page_and_by_the_api(
    client: Client,
) -> None:
    vmaf = {"mean": 94.6, "min": 91.0, "harmonic_mean": 94.0, "frames": 88, "model": "vmaf_v0.6.1"}
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset, quality="720p", detail={"vmaf": vmaf})
    VariantFactory(asset=asset, quality="360p", detail={"vmaf": vmaf | {"mean": 0.0}})
    VariantFactory(asset=asset, quality="240p")
    for person in (UserFactory(role="viewer"), asset.uploaded_by, UserFactory(role="manager")):
        page = page_of(client, person, asset)
        assert sorted(re.findall(r">VMAF ([^<]*)<", page)) == ["0", "95"]
        told = client.get(f"/api/v1/assets/{asset.pk}/variants/").json()["results"]
        assert {one["quality"]: one["vmaf"] and one["vmaf"]["mean"] for one in told} == {
            "720p": 94.6,
            "360p": 0.0,
            "240p": None,
        }


def test_managers_find_their_decisions_on_the_page(client: Client) -> None:
    manager = UserFactory(role="manager")
    held = AssetFactory(scan_verdict="unscannable", failed=True)
    seen = page_of(client, manager, held)
    assert "Held for review" in seen and 'data-opens="release-scan"' in seen
    assert 'data-opens="release-scan"' not in page_of(client, held.uploaded_by, held)
    bad = AssetFactory(infected=True)
    assert 'data-opens="delete-original"' in page_of(client, manager, bad)
    assert 'data-opens="delete-original"' not in page_of(client, bad.uploaded_by, bad)
    Asset.objects.filter(pk=bad.pk).update(original_removed_at=timezone.now())
    assert "Its bytes have been deleted." in page_of(client, manager, bad)
