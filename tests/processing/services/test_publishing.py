"""In a folder and in a bucket, results appear whole or not at all, and what came to nothing is removed."""

import errno
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assets.exceptions import StorageUnavailable
from assets.models import Asset, Leftover, Variant
from assets.services import leftovers, places
from assets.services.names import asset_folder
from mediaportal.core.buckets import BucketStorage
from processing.exceptions import LeaseLost
from processing.models import Status, Step
from processing.services import leases, planning, publishing, running
from processing.services.interim import Interim
from processing.services.publishing import Prepared, Product
from tests.buckets import keys_in
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def step(bucket: BucketStorage) -> Step:
    """A claimed step of an image's job, whose original lies in the bucket."""
    return claimed()


@pytest.fixture
def at_home() -> Step:
    """The same with a folder as storage."""
    return claimed()


def claimed() -> Step:
    asset = AssetFactory(image=True, passed_gate=True, content=b"original")
    planning.create(asset=asset, job_id=asset.job_id, parameters={})
    found = leases.claim(queue="ingest", worker="tests")
    assert found is not None
    return found


def products(folder: Path) -> list[Product]:
    """A picture and a package."""
    (folder / "package").mkdir(parents=True)
    (folder / "a.webp").write_bytes(b"picture")
    for name in ("master.m3u8", "1.m4s", "2.m4s"):
        (folder / "package" / name).write_bytes(b"part")
    entries = {"hls": "master.m3u8"}
    return [
        Product(folder / "a.webp", "thumbnail", "webp", "a.webp"),
        Product(folder / "package", "manifest", "hls", "master.m3u8", entries=entries),
    ]


def prepare(step: Step, folder: Path) -> Prepared:
    return publishing.prepare(step=step, asset=step.job.asset, products=products(folder))


def complete(step: Step, prepared: Prepared) -> None:
    def publish(found: Step, job: Any) -> None:
        publishing.publish(step=found, job=job, asset=job.asset, prepared=prepared)

    leases.complete(step=step, results={}, publish=publish)


def made(bucket: BucketStorage, asset: Asset) -> list[str]:
    return [key for key in keys_in(bucket) if key != asset.storage_key]


def test_objects_are_there_before_their_rows(step: Step, bucket: BucketStorage, tmp_path: Path) -> None:
    prepared = prepare(step, tmp_path / "one")
    assert len(made(bucket, step.job.asset)) == 4 and not Variant.objects.exists()
    complete(step, prepared)
    publishing.withdraw(prepared=prepared)  # what rows name stays
    rows = {variant.storage_key: variant for variant in Variant.objects.all()}
    assert set(rows) <= set(keys_in(bucket)) and len(made(bucket, step.job.asset)) == 4
    assert sorted(variant.file_size for variant in rows.values()) == [7, 12]


def test_a_second_run_replaces_the_first(step: Step, bucket: BucketStorage, tmp_path: Path) -> None:
    complete(step, prepare(step, tmp_path / "one"))
    before = set(made(bucket, step.job.asset))
    Step.objects.filter(pk=step.pk).update(
        status=Status.PROCESSING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    complete(step, prepare(step, tmp_path / "two"))
    assert before < set(made(bucket, step.job.asset))  # links to what is replaced go on for their time
    Leftover.objects.update(remove_after=timezone.now())
    leftovers.sweep()
    after = set(made(bucket, step.job.asset))
    assert len(after) == 4 and not before & after
    assert Variant.objects.count() == 2


def test_a_run_that_lost_its_step_leaves_nothing(step: Step, bucket: BucketStorage, tmp_path: Path) -> None:
    prepared = prepare(step, tmp_path / "one")
    Step.objects.filter(pk=step.pk).update(worker="another")
    with pytest.raises(LeaseLost):
        complete(step, prepared)
    publishing.withdraw(prepared=prepared)
    assert not made(bucket, step.job.asset) and not Variant.objects.exists()


def test_sending_that_breaks_off_leaves_nothing(
    step: Step, bucket: BucketStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise StorageUnavailable

    monkeypatch.setattr(places, "put_tree", broken)
    with pytest.raises(StorageUnavailable):
        prepare(step, tmp_path / "one")
    assert not made(bucket, step.job.asset)


def test_when_the_database_does_not_say_everything_stays(
    step: Step, bucket: BucketStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_key: str) -> bool:
        raise DatabaseError

    prepared = prepare(step, tmp_path / "one")
    monkeypatch.setattr(publishing, "_is_published", away)
    publishing.withdraw(prepared=prepared)
    assert len(made(bucket, step.job.asset)) == 4


def test_a_bucket_that_is_away_is_the_machines_trouble(
    step: Step, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "bucket_name", "no-such-bucket-here")
    running.run(step=step)
    after = Step.objects.get(pk=step.pk)
    assert (after.status, after.error_code) == (Status.PENDING, "worker_trouble")


def stored(asset: Asset) -> list[Path]:
    """The files of an asset in a local storage, but for its original."""
    home = places.path_of(asset_folder(asset.pk))
    return [path for path in home.rglob("*") if path.is_file() and path != places.path_of(asset.storage_key)]


def test_what_lies_on_another_file_system_is_copied_before_the_transaction(
    at_home: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.is_relative_to(tmp_path):
            raise OSError(errno.EXDEV, "another file system")
        return rename(self, target)

    def copied(*_: Any) -> None:
        raise AssertionError("the job's row is locked meanwhile")

    monkeypatch.setattr(Path, "replace", replace)
    prepared = prepare(at_home, tmp_path / "one")
    assert all(path.exists() for path in prepared.beside.values()) and not Variant.objects.exists()
    monkeypatch.setattr(shutil, "move", copied)
    complete(at_home, prepared)
    publishing.withdraw(prepared=prepared)  # what rows name stays
    assert {path.name for path in stored(at_home.job.asset)} == {"a.webp", "master.m3u8", "1.m4s", "2.m4s"}
    sizes = {variant.file_size for variant in Variant.objects.all()}
    assert sizes == {7, 12} and not any((tmp_path / "one").iterdir())


def test_a_run_that_lost_its_step_leaves_nothing_in_a_folder(at_home: Step, tmp_path: Path) -> None:
    handed_on = [Interim("a.mp4", tmp_path / "a.mp4", {})]
    handed_on[0].path.write_bytes(b"rung")
    prepared = publishing.prepare(
        step=at_home, asset=at_home.job.asset, products=products(tmp_path / "one"), handed_on=handed_on
    )
    assert len(stored(at_home.job.asset)) == 5
    Step.objects.filter(pk=at_home.pk).update(worker="another")
    with pytest.raises(LeaseLost):
        complete(at_home, prepared)
    with CaptureQueriesContext(connection) as asked:
        publishing.withdraw(prepared=prepared)
    assert not stored(at_home.job.asset) and not Variant.objects.exists()
    # The results of all steps of all jobs are never read through.
    assert all(str(at_home.job_id) in query["sql"] for query in asked)


def test_a_full_disk_leaves_nothing_in_a_folder(
    at_home: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(shutil, "move", broken)
    with pytest.raises(OSError, match="no space"):
        prepare(at_home, tmp_path / "one")
    assert not stored(at_home.job.asset)


@pytest.mark.parametrize("asked", [0, 1, 2, 3])
def test_a_run_that_is_told_to_end_leaves_nothing_of_what_it_was_sending(
    storage_kind: str, tmp_path: Path, asked: int
) -> None:
    """However far it has come: before and within the first file, before the second, before what is handed on."""
    step = claimed()
    before = {stored.key for stored in places.listed("assets")}
    (tmp_path / "handed").write_bytes(b"for another step")
    answers = [False] * asked + [True]
    with pytest.raises(places.Stopped):
        publishing.prepare(
            step=step,
            asset=step.job.asset,
            products=products(tmp_path),
            handed_on=[Interim("handed", tmp_path / "handed", {})],
            stop=lambda: answers.pop(0),
        )
    assert {stored.key for stored in places.listed("assets")} == before and answers == []
