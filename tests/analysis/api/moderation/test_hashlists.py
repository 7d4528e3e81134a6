"""The hash lists over HTTP and on their pages."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from analysis.models import HashEntry, HashList, HashLoad
from analysis.services.moderation import hashloads
from mediaportal.audit.models import Entry as Written
from tests.factories import UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
LISTS = "/api/v1/moderation/hash-lists/"
SHA = "ab" * 32


@pytest.fixture
def keeper() -> APIClient:
    return signed_in(UserFactory(role="administrator"))


def file(text: str, name: str = "hashes.csv") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, text.encode())}


def worked(keeper: APIClient, address: str) -> dict[str, Any]:
    """What is told of the last file of a list after a worker was at it."""
    hashloads.run(load_id=HashLoad.objects.latest("created_at").pk)
    told: dict[str, Any] = keeper.get(f"{address}imports/").json()[0]
    return told


def test_a_list_over_http(keeper: APIClient) -> None:
    made = keeper.post(LISTS, {"name": "Known", "source": "a partner"}, format="json")
    assert made.status_code == 201, made.json()
    address = f"{LISTS}{made.json()['id']}/"
    entry = keeper.post(f"{address}entries/", {"kind": "sha256", "value": SHA.upper()}, format="json")
    assert (entry.status_code, entry.json()["value"]) == (201, SHA)
    sent = keeper.post(
        f"{address}import", file(f"kind,value\nsha256,{SHA}\npicture,{'0f' * 8}\n"), format="multipart"
    )
    assert (sent.status_code, sent.json()["status"], sent.json()["added"]) == (202, "running", None)
    assert worked(keeper, address)["added"] == 1
    assert keeper.get(address).json()["size"] == 2
    assert len(keeper.get(f"{address}entries/?value=abab").json()["results"]) == 1
    assert keeper.get(LISTS).json()["results"][0]["name"] == "Known"
    changed = keeper.patch(address, {"is_active": False, "name": "Known well"}, format="json")
    assert (changed.json()["is_active"], changed.json()["name"]) == (False, "Known well")
    assert keeper.delete(f"{address}entries/{entry.json()['id']}/").status_code == 204
    assert keeper.delete(address).status_code == 204
    assert keeper.get(address).status_code == 404


def test_a_list_is_exported_in_both_forms_and_that_is_written_down(keeper: APIClient) -> None:
    made = keeper.post(LISTS, {"name": "Known"}, format="json").json()
    address = f"{LISTS}{made['id']}/"
    keeper.post(f"{address}entries/", {"kind": "sha256", "value": SHA}, format="json")
    told = keeper.get(f"{address}export?form=csv").getvalue()
    assert told.decode() == f"kind,value,note\r\nsha256,{SHA},\r\n"
    told = keeper.get(f"{address}export?form=json").getvalue()
    assert json.loads(told) == [{"kind": "sha256", "value": SHA, "note": ""}]
    assert keeper.get(f"{address}export?form=xml").status_code == 400
    assert Written.objects.filter(action="hash_list.exported").count() == 2


def test_faults_of_a_file_are_told_and_nothing_is_added(keeper: APIClient) -> None:
    made = keeper.post(LISTS, {"name": "Known"}, format="json").json()
    address = f"{LISTS}{made['id']}/import"
    sent = keeper.post(address, file(f"kind,value\nsha256,{SHA}\nsha256,x\n"), format="multipart")
    assert sent.status_code == 202
    told = worked(keeper, f"{LISTS}{made['id']}/")
    assert (told["status"], told["added"], told["read"]) == ("failed", None, told["size"])
    assert [(fault["field"], fault["code"]) for fault in told["faults"]] == [("line 3", "invalid")]
    assert keeper.get(f"{LISTS}{made['id']}/imports/{told['id']}/").json() == told
    assert keeper.post(address, {}, format="multipart").json()["errors"][0]["field"] == "file"
    assert keeper.post(address, file("", "hashes.txt"), format="multipart").status_code == 400
    assert not HashEntry.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "moderator", "manager"])
def test_everybody_else_is_refused(role: str) -> None:
    kept = HashList.objects.create(name="Known")
    api, page = signed_in(UserFactory(role=role)), Client()
    page.force_login(UserFactory(role=role))
    assert api.get(LISTS).status_code == 403
    assert api.get(f"{LISTS}{kept.pk}/export").status_code == 403
    assert api.get(f"{LISTS}{kept.pk}/imports/").status_code == 403
    assert api.get(f"{LISTS}{kept.pk}/imports/{kept.pk}/").status_code == 403
    assert page.get(f"/review/hash-lists/{kept.pk}/load/").status_code == 403
    assert page.get("/review/hash-lists/").status_code == 403
    assert page.get(f"/review/hash-lists/{kept.pk}/").status_code == 403
    assert page.post(f"/review/hash-lists/{kept.pk}/delete/").status_code == 403
