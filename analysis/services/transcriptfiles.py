"""A transcript as files that people take away: WebVTT, SubRip, plain text, and a document for word processors."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from analysis.engines import Speech
from analysis.engines.findings import Word
from analysis.services import wordtimes
from mediaportal.core import captions
from mediaportal.core.captions import Cue

_MILLI = 1000
_MOST_SIGNS = 84
_MOST_SECONDS = 7.0
"""What one cue holds at most, so that it can be read in two lines."""
_LONGEST_SPEAKER = 100
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Form:
    """A form of file: what it is told by, and how it is written."""

    mime_type: str
    write: Callable[[Sequence[Speech]], bytes]


def cues_of(segments: Sequence[Speech]) -> list[Cue]:
    """A transcript as cues that can be read: long segments are divided where the times of their words are known."""
    found: list[Cue] = []
    for one in segments:
        for start, end, text in _parts(one):
            begins = round(start * _MILLI)
            said = captions.tidy(_said(text, one.speaker))
            if said:
                found.append(Cue(begins, max(round(end * _MILLI), begins + 1), said))
    return captions.in_order(found)


def _said(text: str, speaker: str) -> str:
    """Words as a cue says them: who speaks, and no sign that would be read as a mark."""
    words = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")[: captions.LONGEST_TEXT]
    who = re.sub(r"[<>\n&]", " ", speaker)[:_LONGEST_SPEAKER].strip()
    return f"<v {who}>{words}</v>" if who else words


def _parts(one: Speech) -> Iterator[tuple[float, float, str]]:
    """A segment, or where it is long and its words are known, parts of it."""
    short = len(one.text) <= _MOST_SIGNS and one.end - one.start <= _MOST_SECONDS
    if short or not one.words:
        yield one.start, one.end, one.text
        return
    # What is shown is the text with its points and commas, which not every engine writes into its words.
    words = wordtimes.timed(one.text, start=one.start, end=one.end, words=one.words) or one.words
    held: list[Word] = []
    for word in words:
        signs = sum(len(each.text) + 1 for each in held) + len(word.text)
        if held and (signs > _MOST_SIGNS or word.end - held[0].start > _MOST_SECONDS):
            yield held[0].start, held[-1].end, " ".join(each.text for each in held)
            held = []
        held.append(word)
    yield held[0].start, max(held[-1].end, held[0].start), " ".join(each.text for each in held)


def _vtt(segments: Sequence[Speech]) -> bytes:
    return captions.write(cues_of(segments)).encode()


def _srt(segments: Sequence[Speech]) -> bytes:
    return captions.write_subrip(cues_of(segments)).encode()


def _turns(segments: Sequence[Speech]) -> Iterator[tuple[float, str, str]]:
    """What one person says before another one does: since when, who, and what; each segment is one where nobody is
    named.
    """
    for (speaker, _place), group in groupby(
        enumerate(segments), key=lambda pair: (pair[1].speaker, "" if pair[1].speaker else pair[0])
    ):
        said = [one for _index, one in group]
        yield said[0].start, speaker, " ".join(" ".join(one.text.split()) for one in said)


def _txt(segments: Sequence[Speech]) -> bytes:
    lines = [f"{speaker}: {text}" if speaker else text for _start, speaker, text in _turns(segments)]
    return ("\n\n".join(lines) + "\n").encode()


# --- A document -----------------------------------------------------------------------------------------------------
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORDS = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORDS}.main+xml"/></Types>'
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}" Target="word/document.xml"/></Relationships>'
)
_OPENS = f'{_HEAD}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
_CLOSES = "<w:sectPr/></w:body></w:document>"


def _docx(segments: Sequence[Speech]) -> bytes:
    body = "".join(_paragraph(*turn) for turn in _turns(segments))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", _TYPES)
        file.writestr("_rels/.rels", _RELATIONS)
        file.writestr("word/document.xml", _OPENS + body + _CLOSES)
    return kept.getvalue()


def _paragraph(start: float, speaker: str, text: str) -> str:
    """What one person says, with its time before it; from the right where its first letter is written so."""
    letter = _LETTER.search(text)
    right = bool(letter and _RIGHT_TO_LEFT.match(letter[0]))
    laid, turned = ("<w:pPr><w:bidi/></w:pPr>", "<w:rtl/>") if right else ("", "")
    runs = _run(f"{_clock(start)} ", '<w:color w:val="6B6B6B"/>')
    if speaker:
        runs += _run(f"{speaker}: ", f"<w:b/><w:bCs/>{turned}")
    return f"<w:p>{laid}{runs}{_run(text, turned)}</w:p>"


def _run(text: str, look: str) -> str:
    said = escape(_CONTROLS.sub("", text))
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:t xml:space="preserve">{said}</w:t></w:r>'


def _clock(seconds: float) -> str:
    """H:MM:SS."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


FORMS = {
    "vtt": Form("text/vtt; charset=utf-8", _vtt),
    "srt": Form("application/x-subrip; charset=utf-8", _srt),
    "txt": Form("text/plain; charset=utf-8", _txt),
    "docx": Form(_WORDS, _docx),
}
