"""The progress of an upload is shown to its owner and to the staff, and to nobody else."""

import pytest
from rest_framework.test import APIClient

from tests.factories import AssetFactory, UploadSessionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("anonymous", 401),
        ("viewer", 404),
        ("contributor", 404),
        ("owner", 200),
        ("moderator", 200),
        ("manager", 200),
    ],
)
def test_who_may_watch(api: APIClient, name: str, status: int) -> None:
    session = UploadSessionFactory()
    if name != "anonymous":
        api.force_authenticate(session.user if name == "owner" else UserFactory(role=name))
    assert api.get(f"/api/v1/media/upload/{session.pk}/progress").status_code == status


def test_the_document(api: APIClient) -> None:
    asset = AssetFactory(passed_gate=True, upload_progress=43)
    session = UploadSessionFactory(
        user=asset.uploaded_by, status="accepted", asset=asset, bytes_received=9, bytes_total=9
    )
    api.force_authenticate(session.user)
    answer = api.get(f"/api/v1/media/upload/{session.pk}/progress")
    body = answer.json()
    assert list(body) == [
        "upload_id", "status", "bytes_received", "bytes_total", "progress", "asset_id", "job_id", "error"
    ]  # fmt: skip
    assert (body["status"], body["progress"], body["asset_id"]) == ("processing", 43, str(asset.pk))
    assert answer.headers["Cache-Control"] == "no-store"


def test_unknown_uploads(api: APIClient) -> None:
    api.force_authenticate(UserFactory(role="manager"))
    for name in ("00000000-0000-7000-8000-000000000000", "nonsense"):
        answer = api.get(f"/api/v1/media/upload/{name}/progress")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
