"""Lines of text over time."""

from analysis.engines.boxes import lapping
from analysis.engines.findings import Box
from analysis.engines.local.lines import Reading, ReadWord, around, merged

HERE, THERE = Box(0.1, 0.1, 0.3, 0.1), Box(0.1, 0.7, 0.3, 0.1)


def word(text: str, confidence: float = 0.9, box: Box = HERE, line: int = 1) -> ReadWord:
    return ReadWord((line,), text, confidence, box)


def test_boxes_lap_over_each_other() -> None:
    assert round(lapping(HERE, HERE), 6) == 1
    assert lapping(HERE, THERE) == 0.0
    assert around([HERE, THERE]).height > 0.69


def test_a_line_that_stands_on_is_one_with_its_surest_reading() -> None:
    first = Reading(0, 2, [word("Breaking", 0.6)])
    second = Reading(2, 5, [word("Breakirg", 0.55), word("Later", box=THERE, line=2)])
    lines = merged([first, second], threshold=0.5)
    assert [(line.text, line.start, line.end, line.confidence) for line in lines] == [
        ("Breaking", 0, 5, 0.6),
        ("Later", 2, 5, 0.9),
    ]


def test_the_same_line_after_a_break_or_elsewhere_is_another_one() -> None:
    readings = [Reading(0, 1, [word("News")]), Reading(1, 2, []), Reading(2, 3, [word("News")])]
    assert [(line.start, line.end) for line in merged(readings, threshold=0.5)] == [(0, 1), (2, 3)]
    moved = [Reading(0, 1, [word("News")]), Reading(1, 2, [word("News", box=THERE)])]
    assert len(merged(moved, threshold=0.5)) == 2


def test_specks_and_guesses_are_left_out() -> None:
    words = [word("|"), word("a", line=2), word("unsure", 0.4, line=3), word("noise", 0.1, line=4)]
    assert merged([Reading(0, 1, words)], threshold=0.5) == ()
