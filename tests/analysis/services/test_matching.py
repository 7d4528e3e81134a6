"""Films that were altered are known again where they are alike; films that are unlike are not."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from analysis.models import Analysis, Match, ReferenceWork
from analysis.services import matching
from analysis.signals import work_matched
from assets.models import Asset
from assets.services import library
from tests.analysis import prints, scenes, sounds
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def original(folder: Path) -> Path:
    return scenes.drawn(folder / "original.mp4", seed=7)


@pytest.fixture
def told() -> Iterator[list[Match]]:
    """The matches with protected works that were told of."""
    heard: list[Match] = []

    def hear(match: Match, **_kwargs: object) -> None:
        heard.append(match)

    work_matched.connect(hear)
    yield heard
    work_matched.disconnect(hear)


def added(film: Path, folder: Path, mime_type: str = "video/mp4", **traits: object) -> Asset:
    """An asset with the fingerprint of a medium, compared."""
    asset: Asset = AssetFactory(published=True, **traits)
    prints.written(asset, prints.taken(film, folder / "scratch", mime_type))
    matching.compare(asset_id=asset.pk)
    return asset


@pytest.mark.parametrize("name", scenes.TRANSFORMS)
def test_an_altered_film_is_known_again(name: str, original: Path, folder: Path) -> None:
    first = added(original, folder)
    before, after = scenes.TRANSFORMS[name]
    copy = added(scenes.altered(original, before, after), folder)
    match = Match.objects.get()
    assert (match.asset, match.other, match.kind, match.work) == (copy, first, "picture", None)
    assert match.score > 0.8
    assert match.end - match.start > 6
    if name == "trim":
        assert 0.5 <= match.offset <= 2.1


def test_unlike_films_are_not_alike(original: Path, folder: Path) -> None:
    added(original, folder)
    for seed in range(100, 104):
        added(scenes.drawn(folder / "unlike.mp4", seed=seed), folder)
    assert not Match.objects.exists()


def test_comparing_again_leaves_one_match(original: Path, folder: Path) -> None:
    first, second = added(original, folder), added(original, folder)
    matching.compare(asset_id=first.pk)
    match = Match.objects.get()
    assert {match.asset, match.other} == {first, second}


def test_what_is_in_the_trash_is_not_compared(original: Path, folder: Path) -> None:
    added(original, folder, trashed=True)
    added(original, folder)
    assert not Match.objects.exists()


def test_a_protected_work_is_told_of_once_whichever_came_first(
    original: Path, folder: Path, told: list[Match]
) -> None:
    copy = added(original, folder)
    protected = AssetFactory(published=True, visibility="private")
    work = ReferenceWork.objects.create(asset=protected, title="The Harbour")
    trimmed = scenes.altered(original, *scenes.TRANSFORMS["trim"])
    prints.written(protected, prints.taken(trimmed, folder / "scratch"))
    matching.compare(asset_id=protected.pk)
    matching.compare(asset_id=copy.pk)
    assert [(one.asset, one.other, one.work) for one in told] == [(copy, protected, work)]
    match = Match.objects.get()
    assert match.asset == copy
    assert -2.1 <= match.offset <= -0.5


def test_sound_is_known_again_at_its_place(folder: Path) -> None:
    said = (
        "the quick brown fox jumps over the lazy dog and then goes down to the harbour to count the ships,"
        " of which there are more than anybody has seen before, most of them old, some of them new and painted red,"
        " and when the evening comes all of them light their lamps one after the other until the water shines"
    ).replace(",", "")
    speech = sounds.english(folder / "speech.wav", said)
    later = sounds.english(folder / "later.wav", said, before=4.0)
    packed = folder / "later.m4a"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", later, packed], check=True, timeout=60)
    first = added(speech, folder, "audio/wav", audio=True)
    second = added(packed, folder, "audio/mp4", audio=True)
    match = Match.objects.get()
    assert (match.asset, match.other, match.kind) == (second, first, "sound")
    assert -4.5 < match.offset < -3.5


def test_silence_and_tones_are_alike_to_nothing(folder: Path) -> None:
    for make in (sounds.silence, sounds.tone, sounds.silence, sounds.tone):
        added(make(folder / "still.wav", 10.0), folder, "audio/wav", audio=True)
    assert not Match.objects.exists()


def long_done(asset: Asset, **fields: object) -> None:
    """Let the fingerprint have been completed some time ago."""
    Analysis.objects.filter(asset=asset).update(completed_at=timezone.now() - timedelta(hours=1), **fields)


def test_a_comparison_that_died_with_its_worker_is_made_up_for_once(original: Path, folder: Path) -> None:
    first, second = added(original, folder), AssetFactory(published=True)
    prints.written(second, prints.taken(original, folder / "scratch"))
    assert matching.catch_up() == 0, "the worker may still be at it"
    long_done(second)
    assert matching.catch_up() == 1
    match = Match.objects.get()
    assert (match.asset, match.other) == (second, first)
    assert matching.catch_up() == 0


def test_one_that_cannot_be_compared_does_not_stop_the_others(
    original: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = added(original, folder), added(original, folder)
    Match.objects.all().delete()
    for asset in (broken, whole):
        long_done(asset, compared_at=None)
    compare = matching.compare

    def breaks(*, asset_id: UUID) -> None:
        if asset_id == broken.pk:
            raise ValueError("broken")
        compare(asset_id=asset_id)

    monkeypatch.setattr(matching, "compare", breaks)
    assert matching.catch_up() == 2
    assert Match.objects.get().asset == whole


def test_what_comes_back_from_the_trash_is_compared_again(original: Path, folder: Path) -> None:
    first = added(original, folder)
    long_done(first)
    library.trash(user=first.uploaded_by, asset=first)
    second = added(original, folder)
    long_done(second)
    assert not Match.objects.exists()
    assert matching.catch_up() == 0
    library.restore(user=first.uploaded_by, asset=first)
    assert matching.catch_up() == 1
    assert Match.objects.get().other == second


def test_a_protected_work_is_found_among_many_that_share_an_intro(
    original: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_MOST_CANDIDATES", 2)
    trimmed = scenes.altered(original, *scenes.TRANSFORMS["trim"])
    protected = added(trimmed, folder, visibility="private")
    work = ReferenceWork.objects.create(asset=protected, title="The Harbour")
    result = prints.taken(original, folder / "scratch")
    for _number in range(3):
        prints.written(AssetFactory(published=True), result)
    copy = added(original, folder)
    assert Match.objects.get(work=work).asset == copy


def test_what_the_other_side_has_found_stays_when_it_is_no_candidate_any_longer(
    original: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = added(original, folder), added(original, folder)
    third = added(original, folder)
    assert Match.objects.count() == 3
    monkeypatch.setattr(matching, "_MOST_CANDIDATES", 1)
    matching.compare(asset_id=first.pk)
    assert Match.objects.count() == 3
    library.trash(user=third.uploaded_by, asset=third)
    matching.compare(asset_id=first.pk)
    assert {(one.asset, one.other) for one in Match.objects.filter(asset=first)} == {(first, second)}
    assert not Match.objects.filter(asset=first, other=third).exists()
