"""One form of a cue's words: it says the same after any number of readings, and WebVTT never reads more in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.captions import LONGEST_TEXT, TooMuch, tidy, words

# What is near to a mark, and what is none.
PIECES = st.sampled_from(
    ["<i>", "</i>", "<b>", "</b>", "<u>", "</u>", "<v Ali>", "</v>", "<v", "<", ">", "&", "&lt;", "&amp;", "&gt;",
     "amp;", "lt;", "i>", "/", " ", "\n", "\r\n", "-->", "a", "مرحبا", "\u200f", "\u202b", "\ufeff", "\0", "\u2028"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))


@pytest.mark.parametrize(
    ("written", "ours", "webvtt"),
    [
        ("<i>a", "<i>a</i>", "<i>a</i>"),
        ("a</i>", "a", "a"),
        ("<i></i>x", "x", "x"),
        ("<b><i>x</b>y</i>", "<b><i>x</i></b><i>y</i>", "<b><i>x</i></b><i>y</i>"),
        ("<i>one</i>\n\n <i>two</i> ", "<i>one\ntwo</i>", "<i>one\ntwo</i>"),
        ("a < b & c --> d", "a < b & c --> d", "a &lt; b &amp; c --&gt; d"),
        ("&lt;i>x &amp;lt;", "&lt;i>x &amp;lt;", "&lt;i&gt;x &amp;lt;"),
        ("<v Ali>نعم</v> لا", "<v Ali>نعم</v> لا", "<v Ali>نعم</v> لا"),
        ("<script>x</script>", "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("\u200fنعم!\u200f", "\u200fنعم!\u200f", "\u200fنعم!\u200f"),
        ("a\tb\x07\ufeff\ud800", "a b", "a b"),
    ],
)
def test_marks_are_balanced_and_everything_else_stands_for_itself(
    written: str, ours: str, webvtt: str
) -> None:
    assert (tidy(written), words.as_webvtt(tidy(written))) == (ours, webvtt)


@given(TEXTS)
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "\n\n" not in once and once == once.strip()


@given(TEXTS)
def test_webvtt_reads_the_same_words(text: str) -> None:
    ours = tidy(text)
    payload = words.as_webvtt(ours)
    assert words.settled(words.webvtt(payload)) == ours
    assert "-->" not in payload
    payload.encode()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<font color="red">x</font> <3 & <I>me</I>', "x <3 & <i>me</i>"),
        ("<em>a</em><br/>< b >c</ b >", "<i>a</i>\n<b>c</b>"),
        ("if a < b and c > d, <custom>", "if a < b and c > d, <custom>"),
        ("Tom &amp; Jerry&nbsp;&#1605; &#99999999999;", "Tom & Jerry\u00a0م &#99999999999;"),
    ],
)
def test_what_others_borrow_from_html(written: str, expected: str) -> None:
    assert words.settled(words.loose(written)) == expected


def test_what_webvtt_marks_otherwise_is_left_out() -> None:
    said = (
        "<v.loud Mary Ann>Hi <c.yellow>you</c> &lt;b&gt; <00:00:01.000>y <ruby>k<rt>r</rt></ruby> <lang ar>ن"
    )
    assert words.settled(words.webvtt(said)) == "<v Mary Ann>Hi you &lt;b> y kr ن</v>"


def test_a_title_of_a_chapter_has_no_marks_and_no_lines() -> None:
    assert words.bare("<i>One</i>\n<v Ali>two</v> &lt;b>") == "One two <b>"


@pytest.mark.parametrize("text", ["x" * (LONGEST_TEXT + 1), "<i>" * LONGEST_TEXT * 4])
def test_too_long_a_text_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(TooMuch) as refused:
        words.settled(words.webvtt(text), 7)
    assert (refused.value.bound, refused.value.most, refused.value.line) == ("text", LONGEST_TEXT, 7)
