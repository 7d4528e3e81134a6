"""Orders over HTTP: what is taken, what is refused and at which field, and that keys stay where they belong."""

import base64
import logging
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from mediaportal.audit.models import Entry
from mediaportal.core.models import IdempotencyRecord
from notifications.models import Event
from processing.models import ContentKey, Job, Package
from processing.services import keys
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/media/transcode"
KID = "0123456789abcdef0123456789abcdef"
KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


@pytest.fixture
def asset(db: None) -> Any:
    """A video that has been made ready."""
    made = AssetFactory(published=True)
    VariantFactory(asset=made, variant_type="rendition")
    return made


def ordered(asset: Any, package: Any, **more: Any) -> dict[str, Any]:
    return {"asset_id": str(asset.pk), "package": package, **more}


def test_an_encrypted_set_is_ordered(asset: Any) -> None:
    answer = signed_in(asset.uploaded_by).post(
        URL, ordered(asset, {"encryption": {"kid": KID, "key": KEY, "tracks": "video"}}), format="json"
    )
    assert answer.status_code == 202, answer.json()
    body = answer.json()
    job = Job.objects.get(job_type="package")
    assert body == {
        "job_id": str(job.pk),
        "asset_id": str(asset.pk),
        "estimated_completion": None,
        "status_url": f"/api/v1/media/job/{job.pk}/status",
    }
    package = Package.objects.get(job=job)
    assert (package.scheme, package.tracks, package.key_source) == ("cbcs", "video", "caller")
    assert package.formats == ["hls", "dash"]
    assert keys.opened(package)["ALL"].key.hex() == KEY
    status = signed_in(asset.uploaded_by).get(body["status_url"]).json()
    assert [step["name"] for step in status["steps"]] == ["ingested", "fragmented", "encrypted", "ready"]
    assert status["results"]["package"]["id"] == str(package.pk)


@pytest.mark.parametrize("key", [KEY, KEY.upper(), base64.b64encode(bytes.fromhex(KEY)).decode()])
@pytest.mark.parametrize("kid", [KID, "01234567-89ab-cdef-0123-456789abcdef"])
def test_forms_of_a_key(asset: Any, kid: str, key: str) -> None:
    package = {"encryption": {"kid": kid, "key": key}}
    assert signed_in(asset.uploaded_by).post(URL, ordered(asset, package), format="json").status_code == 202
    found = keys.opened(Package.objects.get())["ALL"]
    assert (found.kid.hex, found.key.hex()) == (KID, KEY)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"package": {"encryption": {"kid": KID, "key": KEY[:-1]}}}, "package.encryption.key"),
        ({"package": {"encryption": {"kid": KID, "key": KEY + "00"}}}, "package.encryption.key"),
        ({"package": {"encryption": {"kid": KID, "key": "z" * 32}}}, "package.encryption.key"),
        ({"package": {"encryption": {"kid": KID, "key": ""}}}, "package.encryption.key"),
        ({"package": {"encryption": {"kid": KID[:-2], "key": KEY}}}, "package.encryption.kid"),
        ({"package": {"encryption": {"kid": KID}}}, "package.encryption.key"),
        ({"package": {"encryption": {"key": KEY}}}, "package.encryption.kid"),
        ({"package": {"encryption": {"scheme": "cbc1"}}}, "package.encryption.scheme"),
        ({"package": {"encryption": {"tracks": KEY}}}, "package.encryption.tracks"),
        ({"package": {"encryption": {"keys": KEY}}}, "package.encryption.keys"),
        ({"package": {"hls": True, "encryption": {"scheme": "cenc"}}}, "package.hls"),
        ({"package": {"dash": False, "encryption": {"scheme": "cenc"}}}, "package.hls"),
        ({"package": {"hls": False, "dash": False}}, "package"),
        ({"package": {}, "trim": {"start": 1}}, "trim"),
        ({"package": {}, "watermark": {"text": "a"}}, "watermark"),
        ({"package": {}, "compress": {"crf": 30}}, "compress"),
        ({"package": {}, "generate_thumbnails": False}, "generate_thumbnails"),
        ({"package": {}, "thumbnail_count": 11}, "thumbnail_count"),
        ({"package": {}, "rotate": 90}, "rotate"),
        ({"package": {}, "source_url": "https://example.org/a.mp4"}, "asset_id"),
        ({}, "output_formats"),
        ({"output_formats": [{"quality": "721p"}]}, "output_formats.0.quality"),
        ({"output_formats": [{"quality": "720p", "codec": "divx"}]}, "output_formats.0.codec"),
        ({"output_formats": [{"quality": "720p", "bitrate": "much"}]}, "output_formats.0.bitrate"),
        ({"output_formats": [{"quality": "720p", "format": "avi"}]}, "output_formats.0.format"),
    ],
)
def test_what_is_refused_and_where(asset: Any, body: dict[str, Any], field: str) -> None:
    answer = signed_in(asset.uploaded_by).post(URL, {"asset_id": str(asset.pk), **body}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_options")
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert KEY not in answer.content.decode()
    assert not Job.objects.filter(asset=asset).exists() and not Package.objects.exists()


def test_cenc_is_for_dash_alone(asset: Any) -> None:
    package = {"encryption": {"scheme": "cenc"}}
    assert signed_in(asset.uploaded_by).post(URL, ordered(asset, package), format="json").status_code == 202
    assert Package.objects.get().formats == ["dash"]


def test_a_set_that_is_not_to_be_encrypted_any_more(asset: Any) -> None:
    asset.encryption = "cbcs"
    asset.save()
    package = {"encryption": None}
    assert signed_in(asset.uploaded_by).post(URL, ordered(asset, package), format="json").status_code == 202
    assert Package.objects.get().scheme == "clear"


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("contributor", 403), ("moderator", 403), ("manager", 202), ("owner", 202)],
)
def test_who_may_order(asset: Any, who: str | None, status: int) -> None:
    user = asset.uploaded_by if who == "owner" else UserFactory(role=who) if who else None
    client = signed_in(user) if user else APIClient()
    assert client.post(URL, ordered(asset, {}), format="json").status_code == status


def test_a_hidden_file_is_not_told_of(asset: Any) -> None:
    asset.visibility = "private"
    asset.save()
    stranger = signed_in(UserFactory(role="contributor"))
    assert stranger.post(URL, ordered(asset, {}), format="json").status_code == 404
    assert stranger.post(URL, {"asset_id": str(uuid4()), "package": {}}, format="json").status_code == 404


def test_formats_as_programs_send_them(asset: Any) -> None:
    body: dict[str, Any] = {
        "asset_id": str(asset.pk),
        "output_formats": [
            {"quality": "1080p", "format": "mp4", "bitrate": "5000k"},
            {"quality": "720p", "format": "mp4", "bitrate": "2.5M"},
            {"quality": "480p", "format": "mp4", "bitrate": 1_000_000},
        ],
        "generate_thumbnails": True,
        "thumbnail_count": 10,
    }
    refused = signed_in(asset.uploaded_by).post(URL, body, format="json")
    assert refused.json()["errors"][0]["field"] == "output_formats.1.bitrate"
    body["output_formats"][1]["bitrate"] = "2500K"
    assert signed_in(asset.uploaded_by).post(URL, body, format="json").status_code == 202
    levels = Job.objects.get(job_type="transcode").parameters["recipe"]["levels"]
    assert [(level["name"], level["max_rate"]) for level in levels] == [
        ("1080p", 5_000_000), ("720p", 2_500_000), ("480p", 1_000_000),
    ]  # fmt: skip


def test_an_address_is_fetched() -> None:
    body = {"source_url": "https://example.org/film.mp4", "package": {"encryption": {"kid": KID, "key": KEY}}}
    user = UserFactory(role="contributor")
    answer = signed_in(user).post(URL, body, format="json")
    assert answer.status_code == 202 and answer.json()["asset_id"] is None
    assert Package.objects.get().asset is None
    assert signed_in(UserFactory(role="viewer")).post(URL, body, format="json").status_code == 403


def test_a_key_is_in_no_record_no_log_and_no_answer(asset: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = ordered(asset, {"encryption": {"kid": KID, "key": KEY}})
    client = signed_in(asset.uploaded_by)
    first = client.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY="once")
    again = client.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY="once")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert ContentKey.objects.count() == 1
    body["package"]["encryption"]["key"] = KEY[::-1]
    other = client.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY="once")
    assert other.status_code == 422
    kept = [
        *IdempotencyRecord.objects.values_list("answer", "fingerprint"),
        *Entry.objects.values_list("detail"),
        *Event.objects.values_list("data"),
        *Job.objects.values_list("parameters"),
        caplog.text,
        first.content,
        client.get(first.json()["status_url"]).content,
        client.get(f"/api/v1/assets/{asset.pk}/packages/").content,
    ]
    assert KEY not in repr(kept)
