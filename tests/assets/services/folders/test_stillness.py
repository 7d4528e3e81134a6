"""When a file has arrived whole. Time is told by the test."""

from assets.services.folders.listing import Facts
from assets.services.folders.stillness import PATIENCE, Stillness

STILL = 10.0


def seen(*looks: tuple[float, dict[str, int]]) -> Stillness:
    """What was seen at which second: names and sizes."""
    stillness = Stillness(still=STILL)
    for now, files in looks:
        stillness.see((), {name: Facts(size, size) for name, size in files.items()}, now=now)
    return stillness


def ready(stillness: Stillness, now: float) -> list[str]:
    return [offer.filename for offer in stillness.ready((), now=now)]


def test_a_file_is_ready_when_it_has_not_changed_for_a_while() -> None:
    stillness = seen((0, {"a": 1}), (5, {"a": 2}), (9, {"a": 2}))
    assert ready(stillness, 14.9) == []
    assert stillness.due(now=14.9) == []
    assert ready(stillness, 15) == ["a"]
    assert stillness.due(now=15) == [()]


def test_a_file_that_grows_slowly_waits() -> None:
    stillness = seen(*((second * 9.0, {"a": second}) for second in range(10)))
    assert ready(stillness, 90) == []
    assert ready(stillness, 91) == ["a"]


def test_what_goes_away_is_forgotten() -> None:
    stillness = seen((0, {"a": 1}), (5, {}), (6, {"a": 1}))
    assert ready(stillness, 15) == []
    stillness.forget_others({("sub",)})
    assert stillness.due(now=100) == []


def test_pieces_with_a_smaller_last_one_are_whole() -> None:
    stillness = seen((0, {"a.CHUNK2": 3, "a.CHUNK0": 8}), (30, {"a.CHUNK0": 8, "a.CHUNK1": 8, "a.CHUNK2": 3}))
    assert ready(stillness, 39) == []
    assert ready(stillness, 40) == ["a"]


def test_pieces_of_one_size_may_go_on() -> None:
    for sizes in ([8, 8], [8], [4, 8], [8, 3, 2]):
        stillness = seen((0, {f"a.CHUNK{n}": size for n, size in enumerate(sizes)}))
        assert ready(stillness, STILL * PATIENCE - 1) == [], sizes
        assert ready(stillness, STILL * PATIENCE) == ["a"], sizes


def test_a_missing_piece_is_named_after_long() -> None:
    stillness = seen((0, {"a.CHUNK0": 8, "a.CHUNK2": 8}))
    assert stillness.incomplete(now=STILL) == []
    assert stillness.incomplete(now=STILL * PATIENCE) == [("a", 1)]
    assert ready(stillness, 1e9) == []
