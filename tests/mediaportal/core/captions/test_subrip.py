"""SubRip as it is written; how it is read is tried with the other forms."""

from mediaportal.core.captions import Cue, subrip


def test_what_is_written_is_read_again() -> None:
    cues = [Cue(61500, 3_600_000, "<v Omar>two</v>"), Cue(0, 1000, "<i>one</i> &lt;&amp;")]
    written = subrip.write(cues)
    assert written == (
        "1\n00:00:00,000 --> 00:00:01,000\n<i>one</i> <&\n\n2\n00:01:01,500 --> 01:00:00,000\nOmar: two\n"
    )
    assert [(cue.start, cue.end) for cue in subrip.read(written)] == [(0, 1000), (61500, 3_600_000)]
