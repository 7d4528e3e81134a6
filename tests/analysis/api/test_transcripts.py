"""Transcripts over HTTP."""

from typing import Any

import pytest

from assets.models import Asset, Caption
from tests.analysis.services.test_transcripts import transcribed
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
SEGMENT = {"start": 0, "end": 1, "text": "Mind the gap.", "speaker": "Lina"}


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, duration=3.0)


def url(asset: Asset, rest: str = "") -> str:
    return f"/api/v1/assets/{asset.pk}/transcript{rest}"


def test_a_transcript_is_read_corrected_looked_at_and_restored(asset: Asset) -> None:
    analysis = transcribed(asset)
    client = signed_in(asset.uploaded_by)
    found = client.get(url(asset)).json()
    assert (found["analysis"], found["version"], found["newer"]) == (str(analysis.pk), 1, None)
    assert found["segments"][0]["words"][0] == [0.0, 0.4, "Mind", 0.9]
    body = {"analysis": found["analysis"], "version": 1, "segments": [SEGMENT]}
    answer = client.put(url(asset), body, format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["version"] == 2
    late = client.put(url(asset), body, format="json")
    assert late.status_code == 409
    assert (late.json()["code"], late.json()["version"]) == ("transcript_changed", 2)
    listed = client.get(url(asset, "/versions")).json()
    assert [one["version"] for one in listed] == [2, 1]
    assert listed[0]["author"]["name"] == asset.uploaded_by.name
    assert client.get(url(asset, "/versions/1")).json()["segments"][0]["text"] == "Mind the cap."
    seen = {"analysis": found["analysis"], "version": 2}
    back = client.post(url(asset, "/versions/1/restore"), seen, format="json").json()
    assert (back["version"], back["segments"][0]["text"]) == (3, "Mind the cap.")
    heard = client.get(f"/api/v1/assets/{asset.pk}/moments/?q=cap").json()["results"]
    assert [one["text"] for one in heard] == ["Mind the cap."]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"end": -1}, "segments.0.end", "time"),
        ({"start": 2}, "segments.0.end", "end_before_start"),
        ({"text": " \u0001"}, "segments.0.text", "empty_segment"),
        ({"text": "x" * 5001}, "segments.0.text", "too_long"),
        ({"speaker": 7}, "segments.0.speaker", "invalid"),
        ({"colour": "red"}, "segments.0", "invalid"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(
    asset: Asset, change: dict[str, Any], field: str, code: str
) -> None:
    analysis = transcribed(asset)
    body = {"analysis": str(analysis.pk), "version": 1, "segments": [SEGMENT | change]}
    answer = signed_in(asset.uploaded_by).put(url(asset), body, format="json")
    assert answer.status_code == 400
    wrong = answer.json()["errors"][0]
    assert (wrong["field"], wrong["code"]) == (field, code)


@pytest.mark.parametrize(
    ("form", "kind"), [("vtt", "text/vtt"), ("srt", "application/x-subrip"), ("txt", "text/plain")]
)
def test_it_is_taken_away_as_a_file(asset: Asset, form: str, kind: str) -> None:
    transcribed(asset)
    answer = signed_in(asset.uploaded_by).get(url(asset, f"/file?format={form}"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="transcript.{form}"'
    assert "مرحبا بكم" in answer.content.decode()


def test_no_other_form_and_no_copy_where_none_may_be_kept(asset: Asset) -> None:
    transcribed(asset)
    assert signed_in(asset.uploaded_by).get(url(asset, "/file?format=pdf")).status_code == 404
    Asset.objects.filter(pk=asset.pk).update(allow_download=False, visibility="internal")
    other = signed_in(UserFactory())
    assert other.get(url(asset)).status_code == 200
    assert other.get(url(asset, "/file?format=txt")).status_code == 403


def test_captions_are_made_of_it(asset: Asset) -> None:
    transcribed(asset)
    answer = signed_in(asset.uploaded_by).post(url(asset, "/captions"), {}, format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["id"] == str(Caption.objects.get().pk)


def test_nobody_learns_of_it_who_may_not_see_the_asset(asset: Asset) -> None:
    transcribed(asset)
    Asset.objects.filter(pk=asset.pk).update(visibility="private")
    client = signed_in(UserFactory())
    for rest in ("", "/versions", "/versions/1", "/file"):
        assert client.get(url(asset, rest)).status_code == 404
