"""What is seen in one picture after the other."""

from analysis.engines.findings import Box
from analysis.engines.local.tracks import Sight, tracked

HERE, NEAR, THERE = Box(0.1, 0.1, 0.2, 0.2), Box(0.13, 0.1, 0.2, 0.2), Box(0.7, 0.1, 0.2, 0.2)


def test_what_moves_a_little_is_the_same() -> None:
    first, second = tracked(
        [(0.0, [Sight("cat", 0.6, HERE)]), (1.0, [Sight("cat", 0.9, NEAR), Sight("cat", 0.5, THERE)])]
    )
    assert (first.start, first.end(1.0, 10.0), first.surest.box) == (0.0, 2.0, NEAR)
    assert (second.start, second.end(1.0, 1.5)) == (1.0, 1.5)


def test_what_is_missed_for_a_moment_is_still_the_same_and_after_a_while_another() -> None:
    seen, unseen = [Sight("cat", 0.6, HERE)], list[Sight]()
    short = [(float(n), one) for n, one in enumerate([seen, unseen, unseen, seen])]
    assert len(tracked(short)) == 1
    long = [(float(n), one) for n, one in enumerate([seen, unseen, unseen, unseen, seen])]
    assert [track.start for track in tracked(long)] == [0.0, 4.0]


def test_another_label_is_another_thing_and_a_picture_as_a_whole_needs_no_box() -> None:
    assert len(tracked([(0.0, [Sight("cat", 0.6, HERE)]), (1.0, [Sight("dog", 0.6, HERE)])])) == 2
    assert len(tracked([(0.0, [Sight("sea", 0.6)]), (1.0, [Sight("sea", 0.7)])])) == 1
