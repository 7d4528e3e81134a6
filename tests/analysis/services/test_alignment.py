"""Offsets, speeds and spans, told from hashes alone."""

import numpy as np
import pytest

from analysis.services import alignment
from analysis.services.alignment import Track, align_images, align_pictures, align_sound, tells_something


def numbers(count: int, *, seed: int, bits: int = 64) -> list[int]:
    random = np.random.default_rng(seed)
    return [int(value) for value in random.integers(0, 1 << bits, count, dtype=np.uint64, endpoint=bits < 64)]


def track(values: list[int], *, begin: float = 0.0, step: float = 1.0) -> Track:
    times = np.array([begin + step * number for number in range(len(values))], dtype=np.float64)
    return Track(times, np.array(values, dtype=np.uint64), step)


def test_a_part_is_found_at_its_place_although_bits_differ() -> None:
    film = numbers(60, seed=1)
    part = [value ^ 0b10010001 for value in film[20:40]]
    found = align_pictures(track(part), track(film))
    assert found is not None
    assert (found.offset, found.speed) == (20.0, 1.0)
    assert found.spans == ((0.0, 20.0, 20.0, 40.0),)
    assert found.score == pytest.approx(1 - 3 / 32, abs=0.001)


def test_two_parts_of_one_film_are_two_spans() -> None:
    film = numbers(40, seed=2)
    other = film[:12] + numbers(12, seed=3) + film[24:]
    found = align_pictures(track(other), track(film))
    assert found is not None
    assert found.spans == ((0.0, 12.0, 0.0, 12.0), (24.0, 40.0, 24.0, 40.0))


def test_a_long_film_that_runs_faster_is_told_with_its_speed() -> None:
    film = numbers(200, seed=4)
    faster = [film[min(199, round(second * 1.05))] for second in range(190)]
    found = align_pictures(track(faster), track(film))
    assert found is not None
    assert found.speed == pytest.approx(1.05, abs=0.011)
    assert found.offset == pytest.approx(0.0, abs=1.5)
    assert found.score > 0.95


def test_strangers_and_pictures_that_stand_still_are_alike_to_nothing() -> None:
    assert align_pictures(track(numbers(300, seed=5)), track(numbers(300, seed=6))) is None
    still = [0x0F0F_1234_5678_9ABC] * 30
    assert align_pictures(track(still), track(still)) is None


def test_one_scene_that_hardly_changes_and_is_only_similar_is_no_copy() -> None:
    # Of two films that were drawn by chance (the seeds 1000618 and 1000722 of the bench): the scenes look alike.
    begins = [0x3C3C1C1C0C0C0C0E, 0x3C3C3C1C0E0C0C0C, 0x3C3C3C1C1C0C0C0C]
    ends = [0x383C1C1C1C1C0C8C, 0x383C1C1C1C1C0C8C, 0x383C1C1C3C1C0C8C]
    one, other = begins + numbers(9, seed=15), numbers(9, seed=16) + ends
    assert align_pictures(track(one), track(other)) is None
    assert align_pictures(track(other), track(one)) is None
    # Nearer than strangers are, it is one all the same.
    copy = align_pictures(track([value ^ 0b101 for value in begins]), track(one))
    assert copy is not None
    assert copy.spans == ((0.0, 3.0, 0.0, 3.0),)


def test_several_scenes_that_are_only_similar_are_a_copy() -> None:
    film = numbers(12, seed=17)
    worse = [value ^ 0b111111 for value in film]
    found = align_pictures(track(worse), track(film))
    assert found is not None
    assert found.spans == ((0.0, 12.0, 0.0, 12.0),)


def test_two_pictures_alone_are_too_few() -> None:
    film = numbers(30, seed=7)
    assert align_pictures(track(film[:2]), track(film)) is None


def test_sound_is_aligned_by_its_numbers() -> None:
    heard = numbers(200, seed=8, bits=31)
    part = [value ^ 1 for value in heard[80:160]]
    found = align_sound(track(part, step=0.125), track(heard, step=0.125))
    assert found is not None
    assert found.offset == pytest.approx(10.0, abs=0.13)
    assert found.score > 0.9
    assert align_sound(track(numbers(200, seed=9, bits=31), step=0.125), track(heard, step=0.125)) is None


def test_a_sound_that_is_too_short_is_not_told() -> None:
    heard = numbers(200, seed=10, bits=31)
    assert align_sound(track(heard[80:100], step=0.125), track(heard, step=0.125)) is None


def test_images_are_alike_up_to_eight_bits() -> None:
    found = align_images(0xFF00, 0xFF00 ^ 0b1111_1111)
    assert found is not None
    assert found.score == 0.75
    assert align_images(0xFF00, 0xFF00 ^ 0b1_1111_1111) is None


def test_flat_pictures_tell_nothing() -> None:
    assert not tells_something(0)
    assert not tells_something((1 << 64) - 1)
    assert tells_something(0x0123456789ABCDEF)


def fixed_camera(count: int, *, seed: int) -> list[int]:
    """A film nearly all of whose pictures are near to each other."""
    random = np.random.default_rng(seed)
    flipped = random.integers(0, 64, (count, 3)).tolist()
    return [0x0F0F_1234_5678_9ABC ^ (1 << a) ^ (1 << b) ^ (1 << c) for a, b, c in flipped]


def test_of_two_films_that_hardly_change_few_pairs_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs: list[int] = []
    vote = alignment._vote

    def counted(
        offsets: alignment.Floats, places: alignment.Places, *, width: float = 0.5
    ) -> tuple[float, float]:
        pairs.append(len(places))
        return vote(offsets, places, width=width)

    monkeypatch.setattr(alignment, "_vote", counted)
    film = fixed_camera(600, seed=11)
    align_pictures(track(film), track(fixed_camera(600, seed=12)))
    part = align_pictures(track([value ^ 1 for value in film[50:]]), track(film))
    assert 0 < max(pairs) <= 600 * 64
    assert part is not None
    assert (part.offset, part.speed) == (50.0, 1.0)


def test_slides_that_stand_long_are_aligned_where_they_change() -> None:
    slides = [value for value in numbers(40, seed=13, bits=63) for _second in range(17)]
    found = align_pictures(track(slides[100:500]), track(slides))
    assert found is not None
    assert (found.offset, found.speed, found.spans) == (100.0, 1.0, ((0.0, 400.0, 100.0, 500.0),))
