"""What samples of a title say about it, and what follows for its rungs."""

from dataclasses import replace
from pathlib import Path

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg import complexity
from processing.ffmpeg.complexity import AS_THE_PRESET_SAYS, TARGET, Choice, Sample, applied, chosen
from processing.ffmpeg.ladder import STANDARD, Rung, plan
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

CAP = 6_750_000


def rungs_of(name: str) -> tuple[Rung, ...]:
    video = probed(name).video
    assert video is not None
    return plan(video, STANDARD)


def test_samples_are_encoded_twice_and_compared(tmp_path: Path) -> None:
    probe = probed("full_1080.mp4")
    top = complexity.sampled_rung(rungs_of("full_1080.mp4")[0], STANDARD)
    found = complexity.measure(media("full_1080.mp4"), probe, top, tmp_path)
    assert found.scores is not None
    assert [added for added, _score in found.scores] in ([0, 6], [0, 3, 6], [0, 6, 12])
    scores = [score for _added, score in found.scores]
    assert 70 < scores[-1] < scores[0] <= 100
    assert found.frames == 24
    assert found.rate is not None and 100_000 < found.rate < 50_000_000
    assert found.cpu_seconds > 0
    assert Choice.from_data(found.as_data()) == found


def test_an_easy_title_is_encoded_a_third_time(tmp_path: Path) -> None:
    name = "dark_then_busy.mp4"
    top = replace(rungs_of(name)[0], crf=10)
    found = complexity.measure(media(name), probed(name), top, tmp_path)
    assert found.scores is not None
    assert [added for added, _score in found.scores] == [0, 6, 12]
    assert found.scores[1][1] > complexity.TARGET


def test_a_title_with_one_key_frame_is_not_judged_by_its_beginning(tmp_path: Path) -> None:
    name = "dark_then_busy.mp4"
    found = complexity.measure(media(name), probed(name), rungs_of(name)[0], tmp_path)
    assert found.frames == 24
    # Black would need next to nothing.
    assert found.rate is not None and found.rate > 100_000


def test_a_long_title_with_one_key_frame_is_made_as_the_preset_says(tmp_path: Path) -> None:
    name = "dark_then_busy.mp4"
    probe = replace(probed(name), duration=3600.0)
    assert complexity.measure(media(name), probe, rungs_of(name)[0], tmp_path) == AS_THE_PRESET_SAYS


def test_a_short_title_is_made_as_the_preset_says(tmp_path: Path) -> None:
    name = "plain.mp4"
    assert complexity.measure(media(name), probed(name), rungs_of(name)[0], tmp_path) == AS_THE_PRESET_SAYS
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_encoded_is_told(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(b"nothing that is a film" * 100)
    long = replace(probed("plain.mp4"), duration=10.0)
    assert long.video is not None
    long = replace(long, video=replace(long.video, duration=10.0))
    with pytest.raises(EncodingFailed):
        complexity.measure(damaged, long, rungs_of("plain.mp4")[0], tmp_path)
    with pytest.raises(ValueError, match="no pictures"):
        complexity.measure(media("tone.mp3"), probed("tone.mp3"), rungs_of("plain.mp4")[0], tmp_path)


@pytest.mark.parametrize(
    ("scores", "offset"),
    [
        ({0: TARGET + 3, 6: TARGET - 3}, 3),
        ({0: TARGET + 3, 3: TARGET + 2, 6: TARGET - 4}, 4),
        ({0: TARGET + 1, 6: TARGET - 5}, 1),
        ({0: 99.0, 6: TARGET + 3, 12: TARGET - 6}, 8),
        ({0: 99.0, 6: 98.0, 12: TARGET}, complexity.MOST_OFFSET),
        ({0: 99.0, 6: 99.0, 12: 99.0}, complexity.MOST_OFFSET),
        ({0: TARGET, 6: 90.0}, 0),
        ({0: 80.0, 6: 70.0}, 0),
    ],
)
def test_the_crf_rises_until_the_target_is_met(scores: dict[int, float], offset: int) -> None:
    samples = [Sample(added, score, 1_000_000 * 2 ** (-added / 6)) for added, score in scores.items()]
    assert chosen(samples, cap=CAP).offset == offset
    assert chosen(samples[::-1], cap=CAP).offset == offset


def easy(*rates: float) -> list[Sample]:
    """Samples of a title that may have the highest CRF, with the bit/s that they need."""
    added = (0, complexity.STEP, complexity.MOST_OFFSET)
    return [Sample(more, 99.0 - more / 6, rate) for more, rate in zip(added, rates, strict=True)]


@pytest.mark.parametrize(
    ("needed", "cap"), [(100_000, complexity.LEAST_CAP), (CAP // 2, 0.75), (CAP - 1000, 1.0)]
)
def test_the_cap_follows_what_the_samples_need(needed: int, cap: float) -> None:
    found = chosen(easy(4 * CAP, 2 * CAP, needed), cap=CAP)
    assert (found.offset, found.cap, found.rate) == (complexity.MOST_OFFSET, cap, 4 * CAP)


def test_a_title_that_reaches_its_cap_anyway_stays_as_it_is() -> None:
    found = chosen(easy(3 * CAP, 2 * CAP, CAP + 1000), cap=CAP)
    assert (found.offset, found.cap, found.rate) == (0, 1.0, 3 * CAP)


def test_a_choice_moves_the_crf_by_the_range_of_the_codec_and_the_caps_by_a_factor() -> None:
    rung = rungs_of("full_1080.mp4")[0]
    plain, av1 = applied(Choice(offset=4, cap=0.6), [rung, replace(rung, codec="av1", crf=35)])
    assert (plain.crf, plain.max_rate, plain.buffer_size) == (27, 4_050_000, 4_050_000)
    assert av1.crf == 41
    assert applied(AS_THE_PRESET_SAYS, [rung]) == (rung,)


def test_windows_are_spread_over_the_title() -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    assert complexity.positions(probe, replace(probe.video, duration=10.0)) == [2.5, 7.5]
    hour = complexity.positions(probe, replace(probe.video, duration=3600.0))
    assert hour == [300.0, 900.0, 1500.0, 2100.0, 2700.0, 3300.0]
