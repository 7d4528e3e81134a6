"""The pages of hash lists."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis.models import HashEntry, HashList, HashLoad
from analysis.services.moderation import hashloads
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LISTS = "/review/hash-lists/"
SHA = "ab" * 32


@pytest.fixture
def keeper(client: Client) -> Client:
    client.force_login(UserFactory(role="administrator"))
    return client


def test_a_list_on_its_pages(keeper: Client) -> None:
    assert "There is no hash list yet" in keeper.get(LISTS).content.decode()
    made = keeper.post(LISTS, {"name": "Known <b>", "source": ""})
    kept = HashList.objects.get()
    page = f"{LISTS}{kept.pk}/"
    assert made.headers["Location"] == page
    assert keeper.post(LISTS, {"name": "Known <b>"}, follow=True).status_code == 200
    keeper.post(f"{page}add/", {"value": SHA, "note": "one"})
    keeper.post(f"{page}add/", {"value": "0f" * 8})
    keeper.post(f"{page}add/", {"value": "nothing"})
    assert list(HashEntry.objects.order_by("id").values_list("kind", flat=True)) == ["sha256", "picture"]
    shown = keeper.get(page).content.decode()
    assert "Known &lt;b&gt;" in shown and SHA in shown
    assert SHA not in keeper.get(page, {"value": "0f"}).content.decode()
    keeper.post(f"{page}entries/{HashEntry.objects.get(kind='picture').pk}/remove/")
    keeper.post(f"{page}change/", {"name": "Known", "source": "here"})
    kept.refresh_from_db()
    assert (kept.name, kept.is_active, HashEntry.objects.count()) == ("Known", False, 1)
    keeper.post(f"{page}delete/")
    assert keeper.get(page).status_code == 404


def test_a_file_is_added_whole_or_its_faults_are_shown(keeper: Client) -> None:
    kept = HashList.objects.create(name="Known")
    page = f"{LISTS}{kept.pk}/"
    wrong = SimpleUploadedFile("hashes.csv", b"kind,value\nsha256,1\n")
    assert keeper.post(f"{page}send/", {"file": wrong}).headers["Location"] == page
    shown = keeper.get(page).content.decode()
    assert "The file is being read." in shown and f'hx-get="{page}load/"' in shown
    with CaptureQueriesContext(connection) as asked:
        keeper.get(f"{page}load/")
    assert not [one for one in asked if "analysis_hashentry" in one["sql"]]  # there may be a million
    read()
    for address in (page, f"{page}load/"):
        shown = keeper.get(address).content.decode()
        assert "Line 2" in shown and "every 2s" not in shown
    good = SimpleUploadedFile("hashes.json", f'[{{"kind": "sha256", "value": "{SHA}"}}]'.encode())
    assert keeper.post(f"{page}send/", {"file": good}).status_code == 302
    read()
    assert HashEntry.objects.get().value == SHA
    assert "1 hash was added by the last file." in keeper.get(f"{page}load/").content.decode()
    assert keeper.post(f"{page}send/").status_code == 302
    nothing = SimpleUploadedFile("hashes.txt", b"x")
    assert keeper.post(f"{page}send/", {"file": nothing}).status_code == 302
    assert HashLoad.objects.count() == 2


def read() -> None:
    """A worker reads the last file."""
    hashloads.run(load_id=HashLoad.objects.latest("created_at").pk)


def test_a_page_takes_the_same_number_of_queries_however_long_it_is(keeper: Client) -> None:
    kept = HashList.objects.create(name="Known")
    counts = []
    for number in range(3):
        HashEntry.objects.create(hash_list=kept, kind="sha256", value=f"{number:064x}")
        with CaptureQueriesContext(connection) as asked:
            keeper.get(f"{LISTS}{kept.pk}/")
        counts.append(len(asked))
    assert len(set(counts)) == 1
