"""Text tracks: what comes in, what is kept, who may, and what becomes of two who write at the same time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.contrib.auth.models import AnonymousUser

from assets.exceptions import (
    CaptionChanged,
    CaptionExists,
    CaptionTooLarge,
    CaptionUnreadable,
    EmptyCaption,
    StorageUnavailable,
    UnsupportedCaption,
)
from assets.models import Asset, Caption, Leftover
from assets.services import captionfiles, captions, leftovers, library, links, places
from assets.services.names import asset_folder
from assets.signals import captions_changed
from mediaportal.audit.models import Entry
from mediaportal.core.captions import MOST_BYTES, Cue
from mediaportal.core.problems import Conflict, InvalidInput, NotFound, NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
SRT = "1\n00:00:01,000 --> 00:00:02,000\nمرحبا بكم\n\n2\n00:00:03,000 --> 00:00:04,000\nكيف حالكم؟\n"
ARABIC = SRT.encode("cp1256")
CUES = [Cue(1000, 2000, "one"), Cue(3000, 4000, "two")]


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, original_filename="film.mp4")


def added(asset: Asset, **words: Any) -> Caption:
    """A track that its owner brings."""
    given = {"data": ARABIC, "filename": "film.ar.srt", "language": "ar"} | words
    return captions.add(user=asset.uploaded_by, asset=asset, **given)


def kept(asset: Asset) -> set[str]:
    """The names of everything that lies in the asset's folder of tracks."""
    home = f"{asset_folder(asset.pk)}/captions/"
    return {stored.key.removeprefix(home) for stored in places.listed(home)}


def read(key: str) -> bytes:
    with places.local_file(key) as path:
        return path.read_bytes()


@pytest.fixture
def heard() -> Any:
    """How often it was told that tracks have changed."""
    told: list[Asset] = []

    def hear(*, asset: Asset, **_news: Any) -> None:
        told.append(asset)

    captions_changed.connect(hear)
    yield told
    captions_changed.disconnect(hear)


@pytest.mark.usefixtures("storage_kind")
def test_a_file_becomes_webvtt_and_is_kept_as_it_came(asset: Asset, heard: list[Asset]) -> None:
    track = added(asset, language="AR_eg", kind="captions", label="  For the\u202e deaf ", default=True)
    assert (track.language, track.kind, track.label, track.is_default) == (
        "ar-EG",
        "captions",
        "For the deaf",
        True,
    )
    assert (track.cues, track.version, track.created_by) == (2, 1, asset.uploaded_by)
    assert (track.original_filename, track.original_format, track.original_encoding) == (
        "film.ar.srt",
        "srt",
        "cp1256",
    )
    written = read(track.storage_key)
    assert written.startswith(b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n") and "مرحبا" in written.decode()
    assert len(written) == track.file_size
    assert read(track.original_key) == ARABIC
    assert track.storage_key.endswith("/film.vtt")
    assert [cue.text for cue in captions.cues_of(user=asset.uploaded_by, caption=track)] == [
        "مرحبا بكم",
        "كيف حالكم؟",
    ]
    assert heard == [asset]
    assert Entry.objects.get(action="caption.added").detail["language"] == "ar-EG"
    assert not list(Path(portal.INCOMING_ROOT).glob("*"))


@pytest.mark.parametrize(
    ("data", "problem", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", UnsupportedCaption, "SubRip"),
        (b"", EmptyCaption, ""),
        (b"WEBVTT\n", EmptyCaption, ""),
        (b"x" * (MOST_BYTES + 1), CaptionTooLarge, "5"),
        (b"1\n00:00:01,000 --> 00:00:99,000\nx\n", CaptionUnreadable, "Line 2"),
        (b"<tt><body>\n<p></body></tt>", CaptionUnreadable, "Line 2"),
        (b"<tt xmlns:p='x' p:timeBase='clock'/>", CaptionUnreadable, "Line 1"),
        (b"[Events]\nDialogue: 0\n", CaptionUnreadable, "Line 2"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 6_000, CaptionTooLarge, "line 3"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * 20_001, CaptionTooLarge, "20000"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    asset: Asset, data: bytes, problem: type[Exception], words: str
) -> None:
    with pytest.raises(problem) as refused:
        added(asset, data=data)
    assert words in str(refused.value)
    assert not Caption.objects.exists() and not kept(asset)


def test_what_is_said_of_a_track_must_be_good(asset: Asset) -> None:
    with pytest.raises(InvalidInput) as refused:
        added(asset, language="العربية", kind="songs", label="x" * 101)
    assert [one.field for one in refused.value.errors] == ["kind", "language", "label"]


def test_who_may_change_the_asset_may_change_its_tracks_and_nobody_else(asset: Asset) -> None:
    track = added(asset)
    for user in (UserFactory(), UserFactory(role="viewer"), AnonymousUser()):
        with pytest.raises(NotPermitted):
            captions.add(user=user, asset=asset, data=ARABIC, filename="a.srt", language="en")
        with pytest.raises(NotPermitted):
            captions.write(user=user, asset=asset, cues=[], language="en")
        with pytest.raises(NotPermitted):
            captions.replace(user=user, caption=track, version=1, cues=CUES)
        with pytest.raises(NotPermitted):
            captions.change(user=user, caption=track, label="x")
        with pytest.raises(NotPermitted):
            captions.delete(user=user, caption=track)
    manager = UserFactory(role="manager")
    captions.replace(user=manager, caption=track, version=1, cues=CUES)
    captions.delete(user=manager, caption=track)


def test_who_may_play_the_asset_may_read_them(asset: Asset) -> None:
    track = added(asset)
    viewer = UserFactory(role="viewer")
    assert list(captions.tracks_of(user=viewer, asset=asset)) == [track]
    assert len(captions.cues_of(user=viewer, caption=track)) == 2
    Asset.objects.filter(pk=asset.pk).update(visibility="private")
    asset.refresh_from_db()
    track.refresh_from_db()
    assert not captions.tracks_of(user=viewer, asset=asset)
    with pytest.raises(NotFound):
        captions.cues_of(user=viewer, caption=track)
    assert captions.tracks_of(user=asset.uploaded_by, asset=asset)


def test_an_owner_writes_before_the_gate_has_passed_the_file() -> None:
    asset = AssetFactory()
    track = added(asset)
    assert captions.tracks_of(user=asset.uploaded_by, asset=asset).get() == track
    assert links.playback(asset=asset, user=asset.uploaded_by)["captions"] == []


def test_an_edit_is_a_new_version_and_the_old_one_lives_while_links_do(
    asset: Asset, heard: list[Asset]
) -> None:
    track = added(asset)
    old = track.storage_key
    captions.replace(user=asset.uploaded_by, caption=track, version=1, cues=CUES)
    assert (track.version, track.cues) == (2, 2) and track.storage_key != old
    assert b"one" in read(track.storage_key) and b"WEBVTT" in read(old)
    left = Leftover.objects.get()
    assert left.storage_key == old
    assert (left.remove_after - track.updated_at).total_seconds() > portal.LINK_SECONDS - 60
    assert read(track.original_key) == ARABIC
    assert len(heard) == 2


def test_who_saw_an_older_version_is_told_of_the_newer(asset: Asset) -> None:
    track = added(asset)
    other = Caption.objects.get(pk=track.pk)
    captions.replace(user=asset.uploaded_by, caption=track, version=1, cues=CUES)
    with pytest.raises(CaptionChanged) as refused:
        captions.replace(user=asset.uploaded_by, caption=other, version=1, cues=[])
    assert (refused.value.code, refused.value.status, refused.value.extra["version"]) == ("conflict", 409, 2)
    with pytest.raises(CaptionChanged):
        captions.change(user=asset.uploaded_by, caption=track, version=1, label="x")
    track.refresh_from_db()
    assert (track.version, track.cues) == (2, 2)


def test_two_who_save_at_once_do_not_lose_the_first(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one's row is moved on between its file and its row: nothing of the first is taken away."""
    track = added(asset)
    lay = captionfiles.lay_track

    def slowly(**given: Any) -> tuple[str, int]:
        found = lay(**given)
        monkeypatch.setattr(captionfiles, "lay_track", lay)
        first = Caption.objects.select_related("asset").get(pk=track.pk)
        captions.replace(user=asset.uploaded_by, caption=first, version=1, cues=CUES)
        return found

    monkeypatch.setattr(captionfiles, "lay_track", slowly)
    with pytest.raises(CaptionChanged):
        captions.replace(user=asset.uploaded_by, caption=track, version=1, cues=CUES)
    leftovers.sweep()
    now = Caption.objects.get(pk=track.pk)
    assert now.version == 2 and b"one" in read(now.storage_key)


def test_a_track_that_has_gone_is_not_written_again(asset: Asset) -> None:
    track = added(asset)
    captions.delete(user=asset.uploaded_by, caption=Caption.objects.get(pk=track.pk))
    with pytest.raises(NotFound):
        captions.replace(user=asset.uploaded_by, caption=track, version=1, cues=CUES)
    with pytest.raises(NotFound):
        captions.change(user=asset.uploaded_by, caption=track, label="x")
    captions.delete(user=asset.uploaded_by, caption=track)


def test_there_is_one_default_of_each_kind(asset: Asset) -> None:
    first = added(asset, default=True)
    second = added(asset, language="en", default=True)
    chapters = captions.write(
        user=asset.uploaded_by, asset=asset, cues=CUES, language="ar", kind="chapters", default=True
    )
    shown = Caption.objects.filter(is_default=True)
    assert set(shown) == {second, chapters}
    first.refresh_from_db()
    captions.change(user=asset.uploaded_by, caption=first, default=True)
    assert set(shown.all()) == {first, chapters}
    captions.change(user=asset.uploaded_by, caption=first, kind="descriptions")
    captions.change(user=asset.uploaded_by, caption=first, default=False, label="Ours")
    assert set(shown.all()) == {chapters}
    assert first.version == 4


def test_two_tracks_must_be_told_apart(asset: Asset) -> None:
    added(asset)
    with pytest.raises(CaptionExists):
        added(asset)
    other = added(asset, label="Ours")
    with pytest.raises(CaptionExists):
        captions.change(user=asset.uploaded_by, caption=other, label="")
    leftovers.sweep()
    assert len(kept(asset)) == 4
    assert Caption.objects.count() == 2


def test_an_asset_has_so_many_tracks_and_no_more(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions, "MOST_TRACKS", 1)
    added(asset)
    with pytest.raises(Conflict):
        added(asset, language="en")


def test_pictures_and_what_lies_in_the_trash_have_no_tracks(asset: Asset) -> None:
    with pytest.raises(Conflict):
        added(AssetFactory(published=True, image=True))
    library.trash(user=asset.uploaded_by, asset=asset)
    with pytest.raises(NotFound):
        added(asset)
    assert not Caption.objects.exists()


@pytest.mark.usefixtures("storage_kind")
def test_what_is_deleted_goes_with_its_files(asset: Asset, heard: list[Asset]) -> None:
    track = added(asset)
    captions.replace(user=asset.uploaded_by, caption=track, version=1, cues=CUES)
    captions.delete(user=asset.uploaded_by, caption=track)
    leftovers.sweep()
    assert not kept(asset) and not Caption.objects.exists()
    assert len(heard) == 3
    assert Entry.objects.filter(action="caption.deleted").exists()


def test_a_storage_that_does_not_answer_leaves_no_row(asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    put = places.put

    def failing(source: Path, key: str) -> int:
        if key.endswith(".vtt"):
            raise StorageUnavailable
        return put(source, key)

    monkeypatch.setattr(places, "put", failing)
    with pytest.raises(StorageUnavailable):
        added(asset)
    monkeypatch.undo()
    leftovers.sweep()
    assert not Caption.objects.exists() and not kept(asset)
    assert not list(Path(portal.INCOMING_ROOT).glob("*"))


def test_chapters_are_kept_without_marks(asset: Asset) -> None:
    marked = [Cue(0, 1000, "<i>One</i>\n& two", "line:0")]
    track = captions.write(user=asset.uploaded_by, asset=asset, cues=marked, language="en", kind="chapters")
    assert read(track.storage_key).decode().splitlines()[-2:] == [
        "00:00:00.000 --> 00:00:01.000",
        "One &amp; two",
    ]


def test_players_are_told_of_tracks_that_say_something(
    asset: Asset, django_assert_num_queries: Callable[[int], Any]
) -> None:
    track = added(asset, default=True)
    captions.write(user=asset.uploaded_by, asset=asset, cues=[], language="en")
    captions.write(user=asset.uploaded_by, asset=asset, cues=CUES, language="tlh", label="Klingon")
    with django_assert_num_queries(1):
        told = captions.playable(user=asset.uploaded_by, asset=asset)
    assert [(one["language"], one["label"], one["default"]) for one in told] == [
        ("ar", "العربيّة", True),
        ("tlh", "Klingon", False),
    ]
    assert told[0]["id"] == str(track.pk) and told[0]["url"].endswith("/film.vtt")
    assert captions.cues_of(user=asset.uploaded_by, caption=Caption.objects.get(language="en")) == []
