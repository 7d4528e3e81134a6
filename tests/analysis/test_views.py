"""The panel on the asset page."""

import html
import json
import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from analysis.engines import Ability
from analysis.engines import Type as EngineType
from analysis.models import Analysis, Match, Moment, Order, ReferenceWork
from assets.models import Asset
from tests.analysis.conftest import FakeEngine
from tests.factories import AssetFactory, UserFactory
from tests.processing.test_views import signed_in

pytestmark = pytest.mark.django_db


def panel(asset: Asset, user: object) -> str:
    answer = signed_in(user).get(f"/assets/{asset.pk}/analyses/")
    assert answer.status_code == 200
    return answer.content.decode()


def analysis_of(asset: Asset, type_: str, **traits: object) -> Analysis:
    order = Order.objects.create(asset=asset, types=[type_])
    return Analysis.objects.create(order=order, asset=asset, type=type_, **traits)


def test_before_anything_was_analysed_it_offers_what_an_engine_can_do(fake: FakeEngine, film: Asset) -> None:
    page = panel(film, film.uploaded_by)
    assert "Nothing of this file has been analysed yet." in page
    assert 'value="shots"' in page and 'value="transcription"' in page
    assert 'value="faces"' not in page


def test_what_an_order_may_cost_is_said_before_it_is_sent(
    fake: FakeEngine, film: Asset, only_engines: Callable[..., None]
) -> None:
    assert "data-price" not in panel(film, film.uploaded_by)
    abilities = dict.fromkeys((EngineType.SHOTS, EngineType.FACES), Ability(frozenset({"video"}), ""))
    only_engines(fake, FakeEngine(name="aws", remote=True, usd=Decimal("0.25"), abilities=abilities))
    page = html.unescape(panel(film, film.uploaded_by))
    told = re.search(r'data-prices="({.*?}})"', page)
    assert told is not None
    # Shots cost nothing where nobody insists.
    assert json.loads(told[1]) == {"auto": {"faces": 0.25}, "aws": {"faces": 0.25, "shots": 0.25}}


def test_what_it_has_cost_is_told_to_who_may_order(fake: FakeEngine, film: Asset) -> None:
    analysis_of(film, "shots", engine="aws", status="completed", is_current=True, cost=Decimal("1.5"))
    assert "US$1.50" in panel(film, film.uploaded_by)
    assert "US$" not in panel(film, UserFactory(role="viewer"))


def test_what_was_found_what_goes_on_and_what_failed(fake: FakeEngine, film: Asset) -> None:
    analysis_of(film, "shots", engine="local", status="completed", is_current=True)
    analysis_of(film, "text", engine="local", status="processing")
    analysis_of(
        film,
        "faces",
        status="failed",
        error_code="engine_unavailable",
        error_detail="No engine can do this here.",
    )
    page = panel(film, film.uploaded_by)
    assert "0 shots" in page and "shown" in page
    assert "Processing" in page and "data-open" in page
    assert "No engine can do this here." in page and "engine_unavailable" in page


def test_an_older_one_can_be_shown_again(fake: FakeEngine, film: Asset) -> None:
    old = analysis_of(film, "shots", engine="local", status="completed")
    analysis_of(film, "shots", engine="local", status="completed", is_current=True)
    assert f'data-show-analysis="{old.pk}"' in panel(film, film.uploaded_by)
    assert "data-show-analysis" not in panel(film, UserFactory(role="viewer"))


def test_who_may_only_watch_is_shown_nothing_where_there_is_nothing(fake: FakeEngine, film: Asset) -> None:
    assert panel(film, UserFactory(role="viewer")) == ""


def test_before_the_gate_there_is_nothing_to_show(fake: FakeEngine) -> None:
    asset = AssetFactory()
    assert panel(asset, asset.uploaded_by) == ""


def test_strangers_find_no_panel() -> None:
    asset = AssetFactory(published=True, visibility="private")
    assert signed_in(UserFactory()).get(f"/assets/{asset.pk}/analyses/").status_code == 404


def timeline(asset: Asset, user: object) -> str:
    answer = signed_in(user).get(f"/assets/{asset.pk}/timeline/")
    assert answer.status_code == 200
    return answer.content.decode()


def lanes(page: str) -> dict[str, list[list[object]]]:
    """The moments that the script is given, by their kind."""
    found = re.search(r'data-document="([^"]*)"', page)
    assert found
    return {lane["kind"]: lane["moments"] for lane in json.loads(html.unescape(found[1]))["lanes"]}


def test_the_timeline_has_a_lane_for_each_kind_that_was_found(film: Asset) -> None:
    analysis = analysis_of(film, "text", engine="local", status="completed", is_current=True)
    old = analysis_of(film, "text", engine="local", status="completed")
    for row, start, kind, words in (
        (analysis, 4.0, "text", {"text": "Way </script> out"}),
        (analysis, 2.0, "text", {"text": "Way in"}),
        (analysis, 1.0, "label", {"label": "Door"}),
        (old, 3.0, "face", {"label": "Lina"}),
    ):
        Moment.objects.create(
            asset=film, analysis=row, kind=kind, start=start, end=start + 1, confidence=0.75, **words
        )
    assert lanes(timeline(film, film.uploaded_by)) == {
        "label": [[1.0, 2.0, 0.75, "Door"]],
        "text": [[2.0, 3.0, 0.75, "Way in"], [4.0, 5.0, 0.75, "Way </script> out"]],
    }


def test_a_lane_holds_the_surest(film: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.services.timeline.MOST_IN_LANE", 2)
    analysis = analysis_of(film, "shots", engine="local", status="completed", is_current=True)
    for number in range(4):
        Moment.objects.create(
            asset=film, analysis=analysis, kind="shot", start=number, end=number, confidence=number / 4
        )
    page = timeline(film, film.uploaded_by)
    assert [one[0] for one in lanes(page)["shot"]] == [2.0, 3.0]
    assert "only the surest are drawn" in page


def test_the_timeline_is_empty_or_says_that_nothing_was_found(film: Asset) -> None:
    assert timeline(film, film.uploaded_by) == ""
    analysis_of(film, "shots", engine="local", status="processing")
    assert "Nothing that has a time was found" in timeline(film, film.uploaded_by)


def test_strangers_and_images_have_no_timeline(film: Asset) -> None:
    film.visibility = "private"
    film.save()
    assert signed_in(UserFactory()).get(f"/assets/{film.pk}/timeline/").status_code == 404
    image = AssetFactory(image=True, published=True)
    analysis_of(image, "text", engine="local", status="processing")
    assert timeline(image, image.uploaded_by) == ""


def matched(asset: Asset, other: Asset, **traits: object) -> Match:
    times = {"start": 0.0, "end": 5.0, "other_start": 0.0, "other_end": 5.0, "offset": 0.0}
    spans = [[0.0, 5.0, 0.0, 5.0]]
    return Match.objects.create(
        asset=asset, other=other, kind="picture", score=0.9, spans=spans, **times, **traits
    )


def test_what_is_alike_stands_on_the_page_and_is_seen_side_by_side() -> None:
    asset, other = AssetFactory(published=True), AssetFactory(published=True, title="Dunes")
    match = matched(asset, other)
    client = signed_in(asset.uploaded_by)
    fragment = client.get(f"/assets/{asset.pk}/matches/").content.decode()
    assert f"/matches/{match.pk}/" in fragment and "Dunes" in fragment and "90 %" in fragment
    page = client.get(f"/matches/{match.pk}/")
    assert page.status_code == 200
    assert 'data-offset="0.000"' in page.content.decode()


def test_nobody_sees_a_match_with_what_they_may_not_see() -> None:
    asset, other = (
        AssetFactory(published=True),
        AssetFactory(published=True, visibility="private", title="Dunes"),
    )
    match = matched(asset, other)
    client = signed_in(asset.uploaded_by)
    assert client.get(f"/assets/{asset.pk}/matches/").content == b""
    assert client.get(f"/matches/{match.pk}/").status_code == 404
    work = ReferenceWork.objects.create(asset=other, title="The Harbour")
    Match.objects.update(work=work)
    fragment = client.get(f"/assets/{asset.pk}/matches/").content.decode()
    assert "The Harbour" in fragment and "Dunes" not in fragment and "/matches/" not in fragment
    assert client.get(f"/matches/{match.pk}/").status_code == 404


def test_managers_mark_protected_works_on_the_page() -> None:
    asset = AssetFactory(published=True)
    client = signed_in(UserFactory(role="manager"))
    assert "data-mark-work" in client.get(f"/assets/{asset.pk}/matches/").content.decode()
    assert "It becomes private" in client.get(f"/assets/{asset.pk}/matches/").content.decode()
    work = ReferenceWork.objects.create(asset=asset, title="The Harbour", visibility_before="public")
    Asset.objects.filter(pk=asset.pk).update(visibility="private")
    fragment = client.get(f"/assets/{asset.pk}/matches/").content.decode()
    assert f'data-unmark-work="{work.pk}"' in fragment
    assert "data-give-back" in fragment
    assert "nothing can be compared with it" in fragment
    assert (
        "data-mark-work"
        not in signed_in(asset.uploaded_by).get(f"/assets/{asset.pk}/matches/").content.decode()
    )
