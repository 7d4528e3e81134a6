"""What the work of a step amounts to."""

from dataclasses import replace

import pytest

from assets.models import Asset
from processing.ffmpeg.ladder import plan
from processing.models import Job, Step
from processing.services import measures, planning
from processing.services.measures import Extent
from tests.processing.ffmpeg.conftest import probed


def _video(**changed: object) -> Extent:
    known = {"file_size": 4 * 1024 * 1024, "width": 2000, "height": 1000, "duration": 3.0, "known": True}
    return Extent(**{"kind": "video", **known, **changed})  # type: ignore[arg-type]  # one of each type


def test_an_encoder_is_measured_by_megapixel_seconds_at_the_rung_and_a_decoder_at_the_source() -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    rungs = plan(probe.video)
    video, frames = probe.video, probe.video.frame_rate / 30
    amounts = measures.encoding(probe=probe, rungs=rungs, sound=True)
    source = video.width * video.height / 1e6 * probe.duration * frames
    assert amounts["decode h264"] == pytest.approx(source)
    lowest = rungs[-1]
    made = lowest.width * lowest.height / 1e6 * probe.duration * frames
    assert amounts[f"encode h264 {lowest.speed} {lowest.quality}"] == pytest.approx(made)
    assert amounts["sound"] == pytest.approx(probe.duration)
    assert amounts["command"] == 1.0 and len(amounts) == 3 + len(rungs)


def test_a_part_of_a_video_amounts_to_its_share() -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    whole = measures.encoding(probe=probe, rungs=plan(probe.video), sound=False)
    part = measures.encoding(probe=probe, rungs=plan(probe.video), sound=False, seconds=probe.duration / 4)
    assert part == pytest.approx({m: units / 4 for m, units in whole.items()} | {"command": 1.0})


@pytest.mark.parametrize(
    ("extent", "measure", "units"),
    [
        (_video(), "pictures some_step", 6.0),
        (_video(kind="audio"), "seconds some_step", 3.0),
        (_video(kind="image"), "still some_step", 2.0),
        (_video(known=False), "bytes video some_step", 4.0),
    ],
)
def test_a_step_that_nobody_knows_has_measures_of_its_own(extent: Extent, measure: str, units: float) -> None:
    assert measures.general(step="some_step", extent=extent) == {"start some_step": 1.0, measure: units}


def test_pictures_are_taken_here_and_there_however_long_a_film_is() -> None:
    def amounts(seconds: float) -> dict[str, float]:
        return measures.general(step="thumbnails", extent=_video(duration=seconds))

    short, long = amounts(60.0), amounts(3600.0)
    assert set(short) == {"start thumbnails", "tile thumbnails", "taken thumbnails"}
    assert (short["tile thumbnails"], long["tile thumbnails"]) == (60 + 10 + 50, 360 + 10 + 50)
    # Of a short film most is decoded, of a long one the key frames: that is no more.
    assert short["taken thumbnails"] == pytest.approx(2 * (5 + 60))
    assert long["taken thumbnails"] == pytest.approx(2 * (5 + 370 / 30))


@pytest.mark.parametrize(("step", "short", "long"), [("measuring", 2, 6), ("quality", 3, 8)])
def test_what_looks_through_windows_costs_as_many_as_there_are(step: str, short: int, long: int) -> None:
    found = [
        measures.general(step=step, extent=_video(duration=seconds))[f"taken {step}"]
        for seconds in (30.0, 7200.0)
    ]
    assert found == pytest.approx([2.0 * short, 2.0 * long])


def test_the_pieces_of_one_work_are_measured_together() -> None:
    assert measures.family("transcoding_012") == measures.family("transcoding") == "transcoding"
    assert measures.general(step="chunk-3", extent=_video()) == measures.general(
        step="chunk-4", extent=_video()
    )


@pytest.mark.django_db
def test_what_only_joins_the_pieces_encodes_nothing(video_job: Job) -> None:
    probe = probed("plain.mp4")
    Asset.objects.filter(pk=video_job.asset_id).update(metadata={"probed": True, "probe": probe.as_data()})
    video_job.asset.refresh_from_db()
    video_job.steps.filter(name="transcoding").update(parameters={"chunks": 3})
    measures.lay_down(job=video_job)
    assert video_job.steps.get(name="transcoding").work == {"command": 1.0, "join": probe.duration}


@pytest.mark.django_db
def test_a_video_with_one_rung_leaves_nothing_for_the_others(video_job: Job) -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    one = replace(probe, video=replace(probe.video, display_width=320, display_height=180))
    step = video_job.steps.get(name="probe")
    planning.learn(job=video_job, step=step, facts={"metadata": {"probed": True, "probe": one.as_data()}})
    assert video_job.steps.get(name="transcoding").work == {"command": 0.0}


def test_slow_encoders_are_taken_for_dearer_than_quick_ones() -> None:
    costs = [
        measures.relative(f"encode {how} 720p") for how in ("h264 ultrafast", "h264 veryfast", "h264 slow")
    ]
    assert costs == sorted(costs) and len(set(costs)) == 3
    assert measures.relative("encode av1 8 720p") > measures.relative("encode h264 veryfast 720p")
    assert measures.relative("something else") > 0


@pytest.mark.django_db
def test_what_the_probe_showed_is_laid_down_with_the_steps(video_job: Job) -> None:
    step = video_job.steps.get(name="probe")
    probe = probed("plain.mp4")
    planning.learn(job=video_job, step=step, facts={"metadata": {"probed": True, "probe": probe.as_data()}})
    work = dict(Step.objects.filter(job=video_job).values_list("name", "work"))
    assert work["first_play"]["sound"] == pytest.approx(probe.duration)
    assert "sound" not in work["transcoding"]
    assert work["scan"] == work["packaging"] == {}
