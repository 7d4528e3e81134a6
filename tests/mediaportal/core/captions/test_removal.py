"""What was said in a removed part is not read either, and what was said later comes earlier."""

from mediaportal.core.captions import Cue, without

CUES = [
    Cue(0, 1_000, "before"),
    Cue(1_500, 2_100, "goes into it"),
    Cue(2_500, 3_000, "inside"),
    Cue(3_900, 4_500, "comes out of it"),
    Cue(4_000, 5_000, "after"),
    Cue(0, 6_000, "over it"),
]


def test_cues_that_touch_a_removed_part_go_and_later_ones_move() -> None:
    left = without(CUES, [(2_000, 4_000)])
    assert [(cue.start, cue.end, cue.text) for cue in left] == [
        (0, 1_000, "before"),
        (2_000, 3_000, "after"),
    ]


def test_chapters_are_cut_and_one_that_is_gone_as_a_whole_goes() -> None:
    left = without(CUES, [(2_000, 4_000)], clips=True)
    assert [(cue.start, cue.end, cue.text) for cue in left] == [
        (0, 1_000, "before"),
        (0, 4_000, "over it"),
        (1_500, 2_000, "goes into it"),
        (2_000, 2_500, "comes out of it"),
        (2_000, 3_000, "after"),
    ]


def test_several_parts_add_up() -> None:
    left = without([Cue(9_000, 9_500, "end")], [(0, 1_000), (2_000, 4_000)])
    assert [(cue.start, cue.end) for cue in left] == [(6_000, 6_500)]
