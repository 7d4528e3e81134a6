"""What nothing names goes, and nothing that is named ever does."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.conf import settings as live_settings
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from assets.models import Asset, Caption, Leftover, UploadSession, Variant
from assets.services import leftovers, orphans, places
from assets.services.names import asset_folder
from assets.services.places import Stored
from mediaportal.core.ids import new_id
from processing.models import Job, Status
from processing.services import interim, planning, publishing
from processing.services.publishing import Product
from tests.factories import AssetFactory, UploadSessionFactory, VariantFactory

pytestmark = pytest.mark.django_db
_SOME_ID = UUID("0190a0b0-0000-7000-8000-0000000000aa")


@pytest.fixture(autouse=True)
def _own_storage(portal_settings: None) -> Iterator[None]:
    """Nothing of other tests lies in the folder."""
    for name in ("assets", "quarantine"):
        shutil.rmtree(Path(live_settings.MEDIA_ROOT) / name, ignore_errors=True)
    yield


@pytest.fixture
def _no_grace(settings: Any) -> None:
    settings.ORPHAN_GRACE_HOURS = 0


def lay(key: str) -> str:
    """Put an object into the storage, as a step does."""
    source = Path(live_settings.SCRATCH_ROOT) / f"lay-{new_id()}"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(b"12345")
    places.put(source, key)
    return key


def there() -> set[str]:
    """Every key in the storage."""
    return {stored.key for root in ("assets", "quarantine") for stored in places.listed(root)}


def swept(**options: Any) -> list[str]:
    """The keys of the orphans of a whole sweep in one piece."""
    piece = orphans.sweep(**options)
    assert piece.after is None
    return sorted(orphan.key for orphan in piece.orphans)


def gone() -> set[str]:
    """Remove what was left, and tell what is there then."""
    leftovers.sweep()
    return there()


@pytest.mark.usefixtures("storage_kind", "_no_grace")
def test_orphans_go_and_what_is_named_stays() -> None:
    asset = AssetFactory(published=True)
    home = asset_folder(asset.pk)
    kept = {
        lay(asset.storage_key),
        lay(VariantFactory(asset=asset).storage_key),
        lay(f"{home}/packaging/now/video/1.m4s"),
        lay(f"{home}/first_play/now/1.m4s"),
        lay("assets/not-ours"),
    }
    VariantFactory(asset=asset, hls=True, storage_key=f"{home}/packaging/now/master.m3u8")
    VariantFactory(
        asset=asset, storage_key=f"{home}/first_play/now/a.m3u8", detail={"prefix": f"{home}/first_play/now"}
    )
    for number in range(3):
        lay(f"{home}/packaging/old/video/{number}.m4s")
    lay(f"{home}/first_play/now.mp4")
    lay(f"{home}/interim/{_SOME_ID}/transcoding-1/720p.mp4")
    nobody = asset_folder(_SOME_ID)
    lay(f"{nobody}/original/a.mp4")
    lay(f"{nobody}/thumbnails/1.webp")
    lay(f"quarantine/{_SOME_ID}/a.mp4")
    expected = sorted(
        [
            f"{home}/packaging/old",
            f"{home}/first_play/now.mp4",
            f"{home}/interim/{_SOME_ID}/transcoding-1",
            nobody,
            f"quarantine/{_SOME_ID}",
        ]
    )
    before = there()
    assert swept(dry_run=True) == expected and there() == before and not Leftover.objects.exists()
    assert swept() == expected
    assert gone() == kept
    assert swept() == []


@pytest.mark.usefixtures("storage_kind", "_no_grace")
def test_text_tracks_stay_and_what_is_left_of_them_goes() -> None:
    asset = AssetFactory(published=True)
    home = f"{asset_folder(asset.pk)}/captions"
    now, brought = lay(f"{home}/one/2-b/film.vtt"), lay(f"{home}/one/original/film.srt")
    Caption.objects.create(asset=asset, language="ar", file_size=5, storage_key=now, original_key=brought)
    lay(f"{home}/one/1-a/film.vtt")
    lay(f"{home}/gone/1-a/film.vtt")
    assert swept() == [f"{home}/gone", f"{home}/one/1-a"]
    assert gone() == {now, brought}


@pytest.mark.usefixtures("storage_kind")
def test_within_the_grace_nothing_goes() -> None:
    lay(f"{asset_folder(_SOME_ID)}/original/a.mp4")
    assert swept() == []


def test_a_folder_with_one_fresh_object_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being written just now is not taken away because it began long ago."""
    keys = [lay(f"{asset_folder(_SOME_ID)}/first_play/run/{number}.m4s") for number in range(3)]
    listed = places.listed
    fresh = {keys[1]}

    def aged(prefix: str, *, after: str = "") -> Iterator[Stored]:
        for stored in listed(prefix, after=after):
            yield stored if stored.key in fresh else replace(stored, since=time.time() - 90_000)

    monkeypatch.setattr(places, "listed", aged)
    assert swept() == []
    fresh.clear()
    assert swept() == [asset_folder(_SOME_ID)]


@pytest.mark.usefixtures("storage_kind", "_no_grace")
def test_work_leftovers_uploads_and_the_quarantine_are_left_alone() -> None:
    working = AssetFactory()
    planning.create(asset=working, job_id=working.job_id, parameters={})
    stopped = AssetFactory(failed=True)
    job = planning.create(asset=stopped, job_id=stopped.job_id, parameters={})
    job.steps.filter(name="transcoding").update(results={"interim": {"a": {"key": "", "facts": {}}}})
    Job.objects.filter(pk=job.pk).update(status=Status.FAILED, error_code="x")
    going = f"{asset_folder(AssetFactory().pk)}/packaging/old"
    leftovers.leave(going, seconds=3600)
    coming = f"{asset_folder(new_id())}/original/b.mp4"
    UploadSessionFactory(storage_key=coming, status=UploadSession.Status.UPLOADING)
    locked = AssetFactory(infected=True)
    Asset.objects.filter(pk=locked.pk).update(storage_key=f"quarantine/{locked.pk}/a.mp4")
    kept = {
        lay(f"{asset_folder(working.pk)}/first_play/run/1.m4s"),
        lay(f"{interim.folder_of(job)}/transcoding-1/720p.mp4"),
        lay(f"{going}/video/1.m4s"),
        lay(coming),
        lay(f"quarantine/{locked.pk}/a.mp4"),
        # A move to the quarantine may have been broken off between bytes and row.
        lay(f"{asset_folder(locked.pk)}/original/a.mp4"),
    }
    assert swept() == []
    assert gone() == kept


@pytest.mark.usefixtures("_no_grace")
def test_an_original_that_was_to_be_deleted_goes() -> None:
    asset = AssetFactory(infected=True, original_removed_at=timezone.now())
    Asset.objects.filter(pk=asset.pk).update(storage_key=lay(f"quarantine/{asset.pk}/a.mp4"))
    assert swept() == [f"quarantine/{asset.pk}"]
    assert gone() == set()


@pytest.mark.usefixtures("storage_kind", "_no_grace")
def test_a_sweep_goes_on_where_a_piece_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "_PAGE", 2)
    nobody = [new_id() for _ in range(3)]
    for one in nobody:
        for number in range(3):
            lay(f"{asset_folder(one)}/packaging/run/{number}.m4s")
    lay(f"quarantine/{_SOME_ID}/a.mp4")
    found, after, pieces = [], "", 0
    while True:
        piece = orphans.sweep(after=after, seconds=-1.0)
        found += [orphan.key for orphan in piece.orphans]
        pieces += 1
        if piece.after is None:
            break
        after = piece.after
        # At once or a folder at a time: never half of one.
        assert piece.looked in {0, 1, 3} and pieces < 10
        if piece.looked == 0:
            break
    if piece.after is not None:  # no time at all: with time it ends
        found += [orphan.key for orphan in orphans.sweep(after=after).orphans]
    assert sorted(found) == sorted([*map(asset_folder, nobody), f"quarantine/{_SOME_ID}"])
    assert gone() == set()


# --- Whatever stands where ----------------------------------------------------------------------------------------
_PLACES = [
    "original/a.mp4",
    "thumbnails/1.webp",
    "thumbnails/2.webp",
    "packaging/r1/m.m3u8",
    "packaging/r1/v/1.m4s",
]
_PLACES += ["packaging/r2/v/1.m4s", "first_play/r1/a.m3u8", "first_play/r1/1.m4s", "first_play/r2/1.m4s"]
_NAMED = ["thumbnails/1.webp", "packaging/r1/m.m3u8", "first_play/r1/a.m3u8"]


@given(
    objects=st.sets(st.sampled_from(_PLACES)),
    named=st.sets(st.sampled_from(_NAMED)),
    prefixed=st.booleans(),
    asset_is_there=st.booleans(),
    job=st.sampled_from([None, *Status.values]),
    handed_on=st.booleans(),
    leftover=st.sampled_from(["", "packaging/r2", "first_play/r2"]),
    old=st.booleans(),
)
@trying(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_state_loses_exactly_its_orphans(
    objects: set[str],
    named: set[str],
    prefixed: bool,
    asset_is_there: bool,
    job: str | None,
    handed_on: bool,
    leftover: str,
    old: bool,
) -> None:
    with transaction.atomic():
        asset = AssetFactory(published=True)
        home = asset_folder(asset.pk)
        keys = {lay(f"{home}/{name}") for name in objects}
        live: set[str] = set() if old else set(keys)
        if asset_is_there:
            live |= {key for key in keys if key.startswith(f"{home}/original/")}
            for name in named:
                prefix = {"prefix": f"{home}/first_play/r1"} if prefixed and name.startswith("first") else {}
                VariantFactory(
                    asset=asset,
                    variant_type="manifest" if name.startswith("packaging") else "rendition",
                    storage_key=f"{home}/{name}",
                    detail=prefix,
                )
                opens = prefix or name.startswith("packaging")
                below = f"{home}/{name}".rpartition("/")[0] + "/" if opens else f"{home}/{name}"
                live |= {key for key in keys if key.startswith(below)}
            if job:
                row = planning.create(asset=asset, job_id=asset.job_id, parameters={})
                Job.objects.filter(pk=row.pk).update(status=job, error_code="x")
                keys.add(handed := lay(f"{interim.folder_of(row)}/transcoding-1/a.mp4"))
                if handed_on:
                    row.steps.filter(name="transcoding").update(results={"interim": {"a": {}}})
                if job in {Status.PENDING, Status.PROCESSING}:
                    live |= keys
                elif not old or (handed_on and job != Status.COMPLETED):
                    live.add(handed)
        else:
            asset.delete()
        if leftover:
            leftovers.leave(f"{home}/{leftover}", seconds=3600)
            live |= {key for key in keys if key.startswith(f"{home}/{leftover}/")}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(live_settings, "ORPHAN_GRACE_HOURS", 0 if old else 24)
            orphans.sweep()
        assert gone() == live
        places.remove(home)
        transaction.set_rollback(True)


# --- While others work --------------------------------------------------------------------------------------------
def _product(name: str) -> Product:
    path = Path(live_settings.SCRATCH_ROOT) / f"made-{new_id()}.webp"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"made")
    return Product(path, "thumbnail", "webp", name, {"timestamp": 0.0})


@pytest.mark.usefixtures("_no_grace")
def test_what_is_published_while_the_sweeper_lists_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the listing and the question for names a step lays a file down and completes its job."""
    asset = AssetFactory(published=True)
    key = lay(f"{asset_folder(asset.pk)}/packaging/run/master.m3u8")
    names = orphans._names_of
    asked: list[int] = []

    def later(ids: Any) -> Any:
        found = names(ids)
        asked.append(1)
        if len(asked) == 1:  # the answer is old already
            VariantFactory(asset=asset, hls=True, storage_key=key)
        return found

    monkeypatch.setattr(orphans, "_names_of", later)
    assert swept() == [] and len(asked) == 2
    assert gone() == {key}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_no_grace")
def test_a_step_that_publishes_under_a_name_that_is_going_keeps_its_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file is laid down again exactly while the old one is removed: one of the two waits for the other."""
    asset = AssetFactory(published=True)
    job = planning.create(asset=asset, job_id=asset.job_id, parameters={})
    Job.objects.filter(pk=job.pk).update(status=Status.CANCELLED)
    key = lay(f"{asset_folder(asset.pk)}/thumbnails/1.webp")
    assert swept() == [key]
    step = job.steps.get(name="thumbnails")
    prepared = publishing.prepare(step=step, asset=asset, products=[_product("1.webp")])
    remove, begun = places.remove, threading.Event()
    done: list[str] = []

    def publish() -> None:
        try:
            begun.wait(10)
            with transaction.atomic():
                publishing.publish(step=step, job=job, asset=asset, prepared=prepared)
                done.append("published")
        finally:
            connection.close()

    def slowly(what: str) -> None:
        begun.set()
        # Long enough for the other to come as far as it can.
        thread.join(timeout=0.5)
        done.append("removed")
        remove(what)

    thread = threading.Thread(target=publish)
    monkeypatch.setattr(places, "remove", slowly)
    thread.start()
    assert leftovers.sweep() == 1
    thread.join(10)
    assert done == ["removed", "published"]
    assert Variant.objects.filter(storage_key=key).exists() and there() == {key}


def test_the_next_piece_is_sent_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **said: sent.append((name, said)))
    with django_capture_on_commit_callbacks(execute=True):
        orphans.go_on(after="assets/x")
        assert not sent
    assert sent == [("assets.sweep_orphans", {"args": ["assets/x"], "queue": "upkeep", "retry": False})]


def test_leftovers_are_due_at_once() -> None:
    leftovers.leave("assets/x")
    assert Leftover.objects.get().remove_after <= timezone.now() + timedelta(seconds=1)


@pytest.mark.usefixtures("clean_cache")
def test_a_sweep_that_broke_off_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    assert orphans.where_to_begin() == ""
    orphans.go_on(after="assets/x")
    assert orphans.where_to_begin() is None  # somebody is at it
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + orphans._GOES_ON_SECONDS + 1)
    assert orphans.where_to_begin() == "assets/x"
    orphans.go_on(after=None)
    assert orphans.where_to_begin() == ""


@pytest.mark.usefixtures("_no_grace")
def test_a_folder_that_cannot_be_read_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = sorted(asset_folder(new_id()) for _ in range(3))
    for folder in folders:
        lay(f"{folder}/transcoding/run/a.mp4")
    scandir = os.scandir

    def refusing(path: Path) -> Any:
        if str(path).endswith(folders[1]):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = {orphan.key for orphan in orphans.sweep().orphans}
    assert found == {folders[0], folders[2]}
