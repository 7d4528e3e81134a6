"""Transcripts as files."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from analysis.engines import Speech
from analysis.engines.findings import Word
from analysis.services.transcriptfiles import FORMS, cues_of
from mediaportal.core import captions

SAID = (
    Speech(0.0, 1.0, text="Mind <the> gap & go", speaker="Lina"),
    Speech(1.0, 2.0, text="again", speaker="Lina"),
    Speech(61.5, 63.0, text="مرحبا بكم", speaker="عمر"),
)


def written(name: str) -> str:
    return FORMS[name].write(SAID).decode()


@pytest.mark.parametrize("name", ["vtt", "srt"])
def test_tracks_are_read_again_as_they_were_written(name: str) -> None:
    cues = captions.read(FORMS[name].write(SAID)).cues
    assert [(cue.start, cue.end) for cue in cues] == [(0, 1000), (1000, 2000), (61500, 63000)]
    assert "مرحبا بكم" in cues[2].text


def test_webvtt_names_who_speaks_and_keeps_signs() -> None:
    assert "<v Lina>Mind &lt;the&gt; gap &amp; go</v>" in written("vtt")


def test_subrip_has_commas_and_names() -> None:
    assert written("srt").startswith("1\n00:00:00,000 --> 00:00:01,000\nLina: Mind")


def test_text_has_a_paragraph_for_each_turn() -> None:
    assert written("txt") == "Lina: Mind <the> gap & go again\n\nعمر: مرحبا بكم\n"


def test_a_document_is_well_formed_and_writes_arabic_from_the_right() -> None:
    with zipfile.ZipFile(io.BytesIO(FORMS["docx"].write(SAID))) as file:
        assert file.testzip() is None
        body = file.read("word/document.xml").decode()
        for name in file.namelist():
            ElementTree.fromstring(file.read(name))  # noqa: S314 - our own bytes
    first, second = body.split("</w:p>")[:2]
    assert "Mind &lt;the&gt; gap &amp; go again" in first
    assert "<w:bidi/>" not in first
    assert "<w:bidi/>" in second
    assert "0:01:01" in second


def test_a_long_segment_becomes_cues_that_can_be_read() -> None:
    words = tuple(Word(float(n), n + 0.9, f"word{n:02d}", 1.0) for n in range(20))
    long = Speech(0.0, 20.0, text=" ".join(one.text for one in words), words=words)
    cues = cues_of([long])
    assert len(cues) == 3
    assert all(cue.end - cue.start <= 7000 for cue in cues)
    assert " ".join(cue.text for cue in cues) == long.text


def test_a_long_segment_keeps_the_signs_that_its_words_have_not() -> None:
    words = tuple(Word(float(n), n + 0.9, f"word{n:02d}", 1.0) for n in range(20))
    text = "، ".join(one.text for one in words) + "؟"
    assert " ".join(cue.text for cue in cues_of([Speech(0.0, 20.0, text=text, words=words)])) == text
