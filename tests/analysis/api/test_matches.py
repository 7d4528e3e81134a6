"""Matches and protected works over HTTP: who knows of what."""

from uuid import uuid4

import pytest

from analysis.engines import Type
from analysis.models import Match, ReferenceWork
from assets.models import Asset
from tests.analysis.conftest import FakeEngine, sight
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
WORKS = "/api/v1/reference-works/"


def match_of(asset: Asset, other: Asset, **traits: object) -> Match:
    """A match whose other side begins two seconds later and runs at the half speed."""
    return Match.objects.create(
        **{
            "asset": asset,
            "other": other,
            "kind": "picture",
            "start": 4.0,
            "end": 8.0,
            "other_start": 4.0,
            "other_end": 6.0,
            "offset": 2.0,
            "speed": 0.5,
            "score": 0.9,
            "spans": [[4.0, 8.0, 4.0, 6.0]],
            **traits,
        }
    )


def listed(user: object, asset: Asset) -> list[dict[str, object]]:
    answer = signed_in(user).get(f"/api/v1/assets/{asset.pk}/matches/")
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, object]] = answer.json()["results"]
    return found


def test_a_match_is_seen_from_both_sides() -> None:
    one, other = AssetFactory(published=True), AssetFactory(published=True, title="Dunes")
    match_of(one, other)
    (here,) = listed(one.uploaded_by, one)
    assert (here["other"], here["title"], here["offset"], here["speed"]) == (str(other.pk), "Dunes", 2.0, 0.5)
    assert here["spans"] == [{"start": 4.0, "end": 8.0, "other_start": 4.0, "other_end": 6.0}]
    (there,) = listed(one.uploaded_by, other)
    assert (there["other"], there["offset"], there["speed"]) == (str(one.pk), -4.0, 2.0)
    assert there["spans"] == [{"start": 4.0, "end": 6.0, "other_start": 4.0, "other_end": 8.0}]


def test_nobody_learns_of_what_they_may_not_see() -> None:
    one = AssetFactory(published=True)
    match_of(one, AssetFactory(published=True, visibility="private"))
    assert listed(one.uploaded_by, one) == []
    stranger = signed_in(UserFactory(role="viewer"))
    hidden = AssetFactory(published=True, visibility="private")
    assert stranger.get(f"/api/v1/assets/{hidden.pk}/matches/").status_code == 404


def test_of_a_protected_work_the_owner_learns_the_title_and_others_nothing() -> None:
    one, protected = (
        AssetFactory(published=True),
        AssetFactory(published=True, visibility="private", title="x"),
    )
    work = ReferenceWork.objects.create(asset=protected, title="The Harbour")
    match_of(one, protected, work=work)
    (seen,) = listed(one.uploaded_by, one)
    assert (seen["other"], seen["title"], seen["work_id"]) == (None, "The Harbour", str(work.pk))
    assert listed(UserFactory(role="viewer"), one) == []
    (managed,) = listed(UserFactory(role="manager"), one)
    assert managed["other"] == str(protected.pk)


def test_managers_keep_the_list(fake: FakeEngine, film: Asset) -> None:
    fake.abilities[Type.FINGERPRINT] = sight()
    before = film.visibility
    manager = signed_in(UserFactory(role="manager"))
    answer = manager.post(WORKS, {"asset_id": str(film.pk), "title": "The Harbour"}, format="json")
    assert answer.status_code == 201, answer.json()
    assert [one["title"] for one in manager.get(WORKS).json()["results"]] == ["The Harbour"]
    again = manager.post(WORKS, {"asset_id": str(film.pk)}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_reference")
    assert manager.post(WORKS, {"asset_id": str(uuid4())}, format="json").status_code == 404
    address = f"{WORKS}{answer.json()['id']}/"
    assert [one["fingerprint"] for one in manager.get(WORKS).json()["results"]] == ["pending"]
    assert manager.delete(f"{address}?give_back=perhaps").status_code == 400
    assert manager.delete(f"{address}?give_back=true").status_code == 204
    film.refresh_from_db()
    assert film.visibility == before
    assert manager.delete(address).status_code == 404


def test_others_do_not_know_the_list(film: Asset) -> None:
    other = signed_in(film.uploaded_by)
    assert other.get(WORKS).status_code == 403
    assert other.post(WORKS, {"asset_id": str(film.pk)}, format="json").status_code == 403
    assert other.delete(f"{WORKS}{uuid4()}/").status_code == 403
