"""Every form is read for what it says, told by its content, and what cannot be read names its line."""

import string

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaportal.core.captions import (
    MOST_BYTES,
    MOST_CUES,
    BrokenCaptions,
    CaptionsError,
    Cue,
    NoCues,
    TooMuch,
    UnknownForm,
    read,
    tidy,
    write,
)
from mediaportal.core.captions.cues import LATEST
from mediaportal.core.captions.lines import MOST_LINES

SRT = """1
00:00:01,000 --> 00:00:02,500
مرحبا <i>بكم</i>
كيف حالكم؟

2
00:00:03,000 --> 00:00:04,000 X1:10 X2:20
{\\an8}فوق --> هنا

3
00:00:05,000 --> 00:00:06,000

42
"""
VTT = """WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE
nothing

intro
00:01.000 --> 00:02.500 align:start position:10% region:x line:0 bogus
<v Ali>Hi &amp; <c.x>bye</c>

7
00:03.000 --> 100:00:04.000
\u200fنعم
"""
SBV = "0:00:01.000,0:00:02.500\nhello[br]you\n\n0:00:03.000,0:00:04.000\nx\n"
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Italic, Bold, Alignment
Style: Default,Arial,0,0,2
Style: Top,Arial,-1,0,8

[Fonts]
fontname: x.ttf
Dialogue

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 1,0:00:03.00,0:00:04.00,Top,,0,0,0,,above, and so on
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\b1}Bold{\\b0}, {\\i1\\pos(1,2)}it{\\r} x\\Ny\\h{\\p1}m 0 0{\\p0}z
Dialogue: 2,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\b1\\blur3}Bold{\\b0}, {\\i1}it{\\r} x\\Ny\\hz
Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0{\\p0}
"""
SSA = """[Script Info]
ScriptType: v4.00

[V4 Styles]
Format: Name, Italic, Bold, Alignment
Style: Default,0,-1,6

[Events]
Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: Marked=0,0:00:01.00,0:00:02.50,Default,,0000,0000,0000,,hello
"""
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" xml:lang="ar">
 <head><styling><style xml:id="s" tts:fontStyle="italic"/></styling>
  <layout><region xml:id="r" tts:displayAlign="before"/></layout></head>
 <body begin="1s"><div>
  <p begin="00:00:00:05" end="3s" region="r">  one
     <span style="s">two</span><br/>ثلاثة</p>
  <p><span begin="5s" dur="500ms">x</span> <span begin="6s" dur="1s" tts:fontWeight="bold">y</span></p>
 </div></body>
</tt>
"""


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        (
            SRT,
            "srt",
            [
                Cue(1000, 2500, "مرحبا <i>بكم</i>\nكيف حالكم؟"),
                Cue(3000, 4000, "فوق --> هنا", "line:0"),
                Cue(5000, 6000, "42"),
            ],
        ),
        (
            VTT,
            "vtt",
            [
                Cue(1000, 2500, "<v Ali>Hi & bye</v>", "align:start position:10% line:0", "intro"),
                Cue(3000, 360_004_000, "\u200fنعم"),
            ],
        ),
        (SBV, "sbv", [Cue(1000, 2500, "hello\nyou"), Cue(3000, 4000, "x")]),
        (
            ASS,
            "ass",
            [
                Cue(1000, 2500, "<b>Bold</b>, <i>it</i> x\ny\u00a0z"),
                Cue(3000, 4000, "<i>above, and so on</i>", "line:0"),
            ],
        ),
        (SSA, "ssa", [Cue(1000, 2500, "<b>hello</b>", "line:0")]),
        (
            TTML,
            "ttml",
            [
                Cue(1200, 4000, "one <i>two</i>\nثلاثة", "line:0"),
                Cue(6000, 6500, "x"),
                Cue(7000, 8000, "<b>y</b>"),
            ],
        ),
    ],
)
@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
def test_every_form_says_the_same_whatever_ends_its_lines(
    text: str, form: str, expected: list[Cue], breaks: str
) -> None:
    found = read(text.replace("\n", breaks).encode())
    assert (found.form, found.cues) == (form, expected)


@pytest.mark.parametrize("text", [SRT, VTT, SBV, ASS, SSA, TTML])
def test_what_we_write_another_reader_understands(text: str) -> None:
    cues = read(text.encode()).cues
    written = write(cues)
    assert read(written.encode()).cues == cues
    others = pysubs2.SSAFile.from_string(written, format_="vtt")
    assert [(one.start, one.end) for one in others] == [(cue.start, cue.end) for cue in cues]


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("1\n00:00:01,000 --> 00:00:99,000\nx\n", "time", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:03 --> soon\ny\n", "time", 6),
        ("WEBVTT\n\n\n00:01.000 --> 00:61.000\nx\n", "time", 4),
        ("0:00:01.000,0:00:02.000\nx\n\nstray\n", "form", 4),
        ("[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,x\n", "form", 3),
        ("[Script Info]\n[Events]\nDialogue: 0,now,0:00:02.00,x,,0,0,0,,y\n", "time", 3),
        ("<tt><body>\n<div><p begin='1s' end='soon'>x</p></div></body></tt>", "time", 2),
        ("<tt><body><p begin='1s' end='2s'>\nx</body></tt>", "xml", 2),
        ("<tt><body timeContainer='seq'/></tt>", "clock", 1),
        ("<tt xmlns:p='x' p:timeBase='clock'/>", "clock", 1),
        ("<tt>" + "<div>" * 100, "form", 1),
        ("<tt><body><p begin='999999999h' end='1s'/></body></tt>", "time", 1),
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, why: str, line: int) -> None:
    with pytest.raises(BrokenCaptions) as refused:
        read(text.encode())
    assert (refused.value.why, refused.value.line) == (why, line)


def test_xml_opens_nothing() -> None:
    for head in (
        '<!DOCTYPE tt [<!ENTITY a "b">]>',
        '<!DOCTYPE tt SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE tt [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ):
        with pytest.raises(BrokenCaptions):
            read(f"{head}<tt><body><p begin='1s' end='2s'>&a;</p></body></tt>".encode())


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff", "WEBVTT\n\nNOTE x\n", "<tt/>", "[Events]\n"])
def test_what_shows_nothing_is_empty(text: str) -> None:
    with pytest.raises(NoCues):
        read(text.encode())


@pytest.mark.parametrize(
    "data", [b"hello", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"<html><tt>", b"{1}{2}x", b"%PDF-1.7"]
)
def test_what_is_none_of_the_forms_is_unknown(data: bytes) -> None:
    with pytest.raises((UnknownForm, BrokenCaptions)):
        read(data)


@pytest.mark.parametrize(
    ("data", "bound"),
    [
        (b"x" * (MOST_BYTES + 1), "bytes"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n" + b"\n" * (MOST_LINES + 1), "lines"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * (MOST_CUES + 1), "cues"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 30_000, "line"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 6_000, "text"),
        (b"<tt>" + b"<p/>" * (MOST_LINES + 1), "lines"),
    ],
)
def test_everything_is_bounded(data: bytes, bound: str) -> None:
    with pytest.raises(TooMuch) as refused:
        read(data)
    assert refused.value.bound == bound


def test_cues_are_sorted_and_those_without_a_time_are_seen() -> None:
    text = (
        "WEBVTT\n\n00:05.000 --> 00:05.000\nc\n\n00:01.000 --> 00:09.000\na\n\n"
        "00:02.000 --> 00:01.000\nb\n\n00:05.500 --> 00:06.000\nd\n"
    )
    times = [(cue.text, cue.start, cue.end) for cue in read(text.encode()).cues]
    assert times == [("a", 1000, 9000), ("b", 2000, 4000), ("c", 5000, 5500), ("d", 5500, 6000)]


def test_a_cue_at_the_very_end_of_time_is_seen() -> None:
    found = read(b"WEBVTT\n\n999:59:59.999 --> 999:59:59.999\nx\n").cues
    assert [(cue.start, cue.end) for cue in found] == [(LATEST - 1, LATEST)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n", ["one", "two"]),
        ("00:00:01,000 --> 00:00:02,000\none\n00:00:03,000 --> 00:00:04,000\ntwo\n", ["one", "two"]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n\none\n\nmore\n\n2\n00:00:03,000 --> 00:00:04,000\n2\n",
            ["one\nmore", "2"],
        ),
        ("\n\n1\n00 : 00 : 01 , 000 --> 00:00:02,000\n3 - 2\n1\n\n", ["3 - 2\n1"]),
    ],
)
def test_subrip_as_people_write_it(text: str, said: list[str]) -> None:
    assert [cue.text for cue in read(text.encode()).cues] == said


FORMS = [SRT, VTT, SBV, ASS, SSA, TTML]


@settings(max_examples=300)
@given(st.data())
def test_whatever_becomes_of_a_file_it_is_read_or_refused(data: st.DataObject) -> None:
    """Files that were cut, doubled and sprinkled with signs that mean something in one of the forms."""
    text = data.draw(st.sampled_from(FORMS))
    for _turn in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(text)))
        sprinkle = st.sampled_from(
            [*"<>&{}\\:,.-\n\r\0 ", "-->", "\ud800", "\u2028", "</p>", "<p>", "{\\an8}", "&#0;"]
        )
        many = data.draw(st.integers(1, 3)) * data.draw(st.sampled_from([1, 40]))
        cut = data.draw(st.integers(0, 30))
        text = text[:at] + data.draw(sprinkle) * many + text[at + cut :]
    try:
        cues = read(text.encode("utf-8", errors="surrogatepass")).cues
    except CaptionsError:
        return
    assert all(0 <= cue.start < cue.end <= LATEST and cue.text for cue in cues)
    assert read(write(cues).encode()).cues == cues


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for head in (
        b"",
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n",
        b"<tt><body><p begin='1s' end='2s'>",
        b"[Events]\n",
    ):
        try:
            read(head + data)
        except CaptionsError:
            continue


CUES = st.builds(
    lambda start, length, text, name: Cue(start, min(start + length, LATEST), tidy(f"a{text}"), "", name),
    st.integers(0, LATEST - 1),
    st.integers(1, 10_000_000),
    st.text(string.ascii_letters + "<>&;/ نعم\u200f", max_size=30),
    st.text(string.ascii_letters + "<>&- ", max_size=10),
)


@given(st.lists(CUES, max_size=8))
def test_any_cues_are_written_so_that_they_are_read_again(cues: list[Cue]) -> None:
    written = write(cues)
    try:
        again = read(written.encode()).cues
    except NoCues:
        again = []
    assert write(again) == written
    assert [(cue.start, cue.end) for cue in again] == sorted((cue.start, cue.end) for cue in cues)


def test_chapters_are_written_plainly() -> None:
    written = write([Cue(0, 1000, "<i>One</i> &lt;b>\n& two", "line:0", "c1")], plain=True)
    assert written == "WEBVTT\n\nc1\n00:00:00.000 --> 00:00:01.000\nOne &lt;b&gt; &amp; two\n"
