"""The first rendition is watched while it is made, by its owner, for as long as its run holds the step."""

import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assets.exceptions import StorageUnavailable
from assets.models import Asset, Leftover, Variant
from assets.services import leftovers, links, places
from mediaportal.core.sandbox import ProgramKilled
from processing.exceptions import LeaseLost
from processing.ffmpeg import growing as files
from processing.ffmpeg.ladder import Rung, plan
from processing.ffmpeg.transcode import transcode
from processing.models import Job, Status, Step
from processing.services import growing, jobs, leases, planning
from processing.services.context import StepContext
from processing.services.publishing import Product, prepare, publish
from processing.signals import variant_ready
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.ffmpeg.test_growing import packets

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = "full_1080.mp4"


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The growing files of a video of six seconds, grown to their end."""
    folder = tmp_path_factory.mktemp("grown")
    (folder / "growing").mkdir()
    probe = probed(SOURCE)
    assert probe.video is not None
    transcode(media(SOURCE), probe, plan(probe.video)[-1:], folder, grows=folder / "growing")
    return folder / "growing"


@dataclass
class Run:
    """A claimed step `first_play` and its set; `grow` lets ffmpeg's files be there up to a share of them."""

    step: Step
    made: growing.GrowingSet
    folder: Path
    grown: Path

    def grow(self, share: float) -> None:
        for path in self.grown.iterdir():
            content = path.read_bytes()
            (self.folder / path.name).write_bytes(content[: int(len(content) * share)])

    @property
    def asset(self) -> Asset:
        return self.step.job.asset

    def stored(self) -> set[str]:
        """The names of what lies below the set's prefix."""
        root = places.path_of(self.made.prefix)
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}

    def text(self, name: str) -> str:
        return places.path_of(f"{self.made.prefix}/{name}").read_text(encoding="utf-8")


def claimed(job: Job) -> Step:
    """The step `first_play` of a job, claimed."""
    Step.objects.filter(job=job, name__in=["scan", "probe"]).update(status=Status.COMPLETED)
    Step.objects.filter(job=job, name="first_play").update(ready_at=timezone.now())
    step = leases.claim(queue="transcode", worker="tests")
    assert step is not None and step.name == "first_play"
    return step


def rung_of(name: str, **changes: Any) -> Rung:
    """The lowest rung of a medium, with changes."""
    probe = probed(name)
    assert probe.video is not None
    return replace(plan(probe.video)[-1], **changes)


def set_of(step: Step, folder: Path, name: str = SOURCE, **changes: Any) -> growing.GrowingSet:
    probe, rung = probed(name), rung_of(name, **changes)
    context = StepContext(
        job=step.job,
        step=step,
        asset=step.job.asset,
        source=media(name),
        scratch=folder,
        report=lambda _fraction: None,
        stop=lambda: False,
    )
    return growing.GrowingSet(context, folder=folder, probe=probe, rung=rung, bit_rate=128_000)


@pytest.fixture
def make_run(grown: Path, tmp_path: Path) -> Callable[..., Run]:
    """Make a run of the step, by default of a new job."""

    def do(job: Job | None = None) -> Run:
        if job is None:
            asset = AssetFactory(passed_gate=True, uploaded_by=UserFactory())
            job = planning.create(asset=asset, job_id=asset.job_id, parameters={})
        step = claimed(job)
        folder = tmp_path / f"run{step.attempt}"
        folder.mkdir()
        return Run(step, set_of(step, folder), folder, grown)

    return do


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    return make_run()


@pytest.fixture
def heard() -> Iterator[list[Variant]]:
    """The variants that were told of."""
    told: list[Variant] = []

    def hear(*, variant: Variant, **_news: Any) -> None:
        told.append(variant)

    variant_ready.connect(hear)
    yield told
    variant_ready.disconnect(hear)


def test_nothing_is_shown_before_pictures_and_sound_are_there(run: Run, heard: list[Variant]) -> None:
    run.made.look()
    assert not Variant.objects.exists()
    shutil.copyfile(run.grown / files.audio_name(0), run.folder / files.audio_name(0))
    run.made.look()
    assert not Variant.objects.exists() and heard == []
    assert "master.m3u8" not in run.stored()


def test_segments_are_published_as_they_become_whole(run: Run, heard: list[Variant]) -> None:
    run.grow(0.75)
    run.made.look()
    row = Variant.objects.get()
    assert (row.variant_type, row.format, row.quality) == ("manifest", "hls", "360p")
    assert row.detail == {"step": "first_play", "growing": True, "prefix": run.made.prefix}
    assert heard == [row]
    assert run.stored() == {
        "master.m3u8",
        *(
            f"{name}/{file}"
            for name in ("video_360p", "audio_und")
            for file in ("init.mp4", "playlist.m3u8", "1.m4s")
        ),
    }
    assert "2.m4s" not in run.text("video_360p/playlist.m3u8")
    assert 'CODECS="avc1.6400' in run.text("master.m3u8") and "RESOLUTION=640x360" in run.text("master.m3u8")

    run.grow(1)
    run.made.look()
    assert "video_360p/2.m4s" in run.stored()
    text = run.text("video_360p/playlist.m3u8")
    assert "2.m4s" in text and "ENDLIST" not in text

    run.made.look(ended=True)
    assert run.text("video_360p/playlist.m3u8") == text + "#EXT-X-ENDLIST\n"
    assert "ENDLIST" in run.text("audio_und/playlist.m3u8")
    row.refresh_from_db()
    assert row.file_size > 10_000 and heard == [row]


def test_before_the_gate_nobody_plays_and_before_publication_only_the_owner(run: Run) -> None:
    run.grow(1)
    run.made.look()
    asset, owner = run.asset, run.asset.uploaded_by
    Asset.objects.filter(pk=asset.pk).update(visibility="public")
    asset.refresh_from_db()
    assert links.playback(asset=asset, user=owner)["hls_url"].endswith("/master.m3u8")
    assert links.playback(asset=asset, user=owner)["growing"] is True
    assert links.playback(asset=asset, user=UserFactory(role="manager"))["hls_url"]
    assert links.playback(asset=asset, user=UserFactory(role="contributor"))["hls_url"] is None
    asset.metadata = {}
    assert links.playback(asset=asset, user=owner)["hls_url"] is None


def test_a_run_that_lost_its_step_shows_nothing(run: Run) -> None:
    run.grow(1)
    Step.objects.filter(pk=run.step.pk).update(attempt=2)
    with pytest.raises(LeaseLost):
        run.made.look()
    assert not Variant.objects.exists()


def test_what_a_failed_run_has_shown_goes_with_its_files(run: Run) -> None:
    with pytest.raises(RuntimeError), growing.shown(run.made):
        run.grow(1)
        run.made.look()
        raise RuntimeError
    assert not Variant.objects.exists()
    leftovers.sweep()
    assert run.stored() == set()


def test_a_run_that_ends_well_leaves_a_whole_set(run: Run) -> None:
    run.grow(1)
    with growing.shown(run.made) as showing:
        showing.finish()
    assert Variant.objects.get().detail["growing"] is True
    assert "ENDLIST" in run.text("video_360p/playlist.m3u8")


@pytest.mark.parametrize(
    "error", [StorageUnavailable(), ProgramKilled("ffmpeg", 9), struct.error("short")], ids=repr
)
def test_whatever_goes_wrong_with_the_showing_ends_the_showing_only(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(_source: Path, _key: str) -> int:
        raise error

    run.grow(1)
    monkeypatch.setattr(places, "put", refuse)
    with growing.shown(run.made) as showing:
        showing.finish()
    assert not Variant.objects.exists() and Leftover.objects.filter(storage_key=run.made.prefix).exists()


def test_a_sound_that_ends_early_or_begins_late_keeps_nothing_back(tmp_path: Path) -> None:
    """It is silent as long as the pictures are far ahead; at the end all streams last equally long, without a hole."""
    name, work, folder = "early_end.mp4", tmp_path / "work", tmp_path / "growing"
    (work / "growing").mkdir(parents=True)
    folder.mkdir()
    rung = rung_of(name, segment_seconds=1)
    transcode(media(name), probed(name), [rung], work, grows=work / "growing")
    sounds = [files.GrowingFile(work / "growing" / files.audio_name(n)).fresh() for n in (0, 1)]
    early = sounds[0][0]
    asset = AssetFactory(passed_gate=True, uploaded_by=UserFactory())
    made = set_of(
        claimed(planning.create(asset=asset, job_id=asset.job_id, parameters={})),
        folder,
        name,
        segment_seconds=1,
    )
    shutil.copyfile(work / "growing" / files.VIDEO, folder / files.VIDEO)
    first = (work / "growing" / files.audio_name(0)).read_bytes()[: early.offset + early.size]
    (folder / files.audio_name(0)).write_bytes(first)
    made.look()
    run = Run(made._context.step, made, folder, work / "growing")
    assert Variant.objects.get().detail["growing"] is True
    assert run.text("master.m3u8").count("TYPE=AUDIO") == 2
    assert "avc1" in run.text("master.m3u8") and "mp4a.40.2" in run.text("master.m3u8")
    streams = ["video_48p", "audio_und", "audio_und_2"]
    pictures, *silent = (lasting(run, stream) for stream in streams)
    assert pictures == pytest.approx(10, abs=0.01)
    assert all(pictures - 3 <= seconds < pictures - 1 for seconds in silent)

    for path in (work / "growing").iterdir():
        shutil.copyfile(path, folder / path.name)
    made.look(ended=True)
    assert [lasting(run, stream) for stream in streams] == [pytest.approx(10, abs=0.05)] * 3
    for stream in streams[1:]:
        times = [one["pts"] for one in packets(whole(run, stream, tmp_path / f"{stream}.mp4"))]
        gaps = [after - before for before, after in pairwise(times)]
        assert gaps == [pytest.approx(1024 / 48_000, abs=1e-4)] * len(gaps)


def lasting(run: Run, stream: str) -> float:
    """The seconds that the playlist of a stream tells."""
    return sum(
        float(line[8:-1]) for line in run.text(f"{stream}/playlist.m3u8").splitlines() if "INF:" in line
    )


def whole(run: Run, stream: str, target: Path) -> Path:
    """All that a playlist names, in one file."""
    names = [line for line in run.text(f"{stream}/playlist.m3u8").splitlines() if line.endswith(".m4s")]
    pieces = [places.path_of(f"{run.made.prefix}/{stream}/{name}") for name in ["init.mp4", *names]]
    target.write_bytes(b"".join(piece.read_bytes() for piece in pieces))
    return target


@pytest.mark.parametrize("way", ["cancelled", "worker lost"])
def test_what_a_lost_run_has_shown_goes_at_once(run: Run, way: str) -> None:
    run.grow(1)
    run.made.look()
    if way == "cancelled":
        jobs.cancel(job=run.step.job, user=run.asset.uploaded_by)
    else:
        Step.objects.filter(pk=run.step.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert leases.sweep() == 1
    assert not Variant.objects.exists()
    assert Leftover.objects.get().storage_key == run.made.prefix


def test_a_second_run_takes_the_place_of_the_first(run: Run, make_run: Callable[..., Run]) -> None:
    run.grow(1)
    run.made.look()
    Step.objects.filter(pk=run.step.pk).update(status=Status.PENDING, lease_until=None, worker="")
    second = make_run(run.step.job)
    second.grow(1)
    second.made.look()
    assert Variant.objects.get().detail["prefix"] == second.made.prefix
    run.made.withdraw()  # the first one ends only now
    assert Variant.objects.get().detail["prefix"] == second.made.prefix
    leftovers.sweep()
    assert run.stored() == set() and second.stored()


def test_a_whole_set_outlives_a_job_that_fails_later(run: Run) -> None:
    run.grow(1)
    run.made.look(ended=True)
    leases.complete(step=run.step, results={})
    other = run.step.job.steps.get(name="transcoding")
    Step.objects.filter(pk=other.pk).update(
        status=Status.PROCESSING, worker="tests", attempt=1, lease_until=timezone.now()
    )
    other.refresh_from_db()
    leases.failed_attempt(step=other, code="encoding_failed", detail="It broke.", final=True)
    asset = Asset.objects.get(pk=run.asset.pk)
    shown = links.playback(asset=asset, user=asset.uploaded_by)
    assert shown["hls_url"] and shown["growing"] is False


def test_the_packaged_set_takes_its_place_and_old_links_go_on(run: Run, tmp_path: Path) -> None:
    run.grow(1)
    run.made.look(ended=True)
    package = tmp_path / "package"
    package.mkdir()
    (package / "master.m3u8").write_text("#EXTM3U\n", encoding="utf-8")
    product = Product(package, "manifest", "hls", "master.m3u8", entries={"hls": "master.m3u8"})
    step = run.step.job.steps.get(name="packaging")
    prepared = prepare(step=step, asset=run.asset, products=[product])
    with transaction.atomic():
        publish(step=step, job=run.step.job, asset=run.asset, prepared=prepared)
    assert Variant.objects.get().detail["step"] == "packaging"
    leftovers.sweep()
    assert "video_360p/1.m4s" in run.stored()
    left = Leftover.objects.get(storage_key=run.made.prefix)
    assert left.remove_after > timezone.now() + timedelta(minutes=1)


def test_the_first_rendition_does_not_push_the_growing_set_aside(run: Run, tmp_path: Path) -> None:
    run.grow(1)
    run.made.look(ended=True)
    (tmp_path / "a.mp4").write_bytes(b"rendition")
    product = Product(tmp_path / "a.mp4", "rendition", "mp4", "a.mp4", {"quality": "360p"})
    prepared = prepare(step=run.step, asset=run.asset, products=[product])
    with transaction.atomic():
        publish(step=run.step, job=run.step.job, asset=run.asset, prepared=prepared)
    assert {variant.variant_type for variant in Variant.objects.all()} == {"manifest", "rendition"}


def test_the_packaged_set_is_played_where_both_are() -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset, hls=True, folder="growing", detail={"growing": True})
    packaged = VariantFactory(asset=asset, hls=True)
    assert links.manifest_of(asset.variants.all(), "hls") == packaged


@pytest.mark.parametrize(
    ("parameters", "kind", "expected"),
    [
        ({}, "video", True),
        ({"encrypt": True}, "video", False),
        ({"encrypt": False}, "video", True),
        ({}, "audio", False),
    ],
)
def test_what_is_to_be_encrypted_is_never_shown_in_the_clear(
    parameters: dict[str, Any], kind: str, expected: bool
) -> None:
    job = Job(asset=AssetFactory(**({"audio": True} if kind == "audio" else {})), parameters=parameters)
    assert growing.may_grow(job) is expected
