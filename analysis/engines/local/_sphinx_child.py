"""Runs alone in the sandbox: a draft of what is said in English, by pocketsphinx and the model that it brings along.

Reads one request as JSON and prints one answer; tells in a small file how far it is. It imports nothing of the project.
"""

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

from pocketsphinx import Decoder, Segmenter

RATE = 16_000
FRAMES_IN_A_SECOND = 100
# "read(2)" is the second way to say "read"; what stands in brackets is a noise.
SPOKEN_AS = re.compile(r"\(\d+\)$")
NO_WORD = re.compile(r"^[<\[].*[>\]]$|^\+\+")


def tell(path: str, done: float) -> None:
    """Say how far it is."""
    part = Path(f"{path}.part")
    part.write_text(json.dumps(round(min(1.0, done), 4)), encoding="ascii")
    part.replace(path)


def words_of(decoder: Any, begin: float) -> list[list[Any]]:
    """The words of the piece that was just heard, which began at this second."""
    scale = decoder.get_logmath()
    found = []
    for one in decoder.seg():
        if NO_WORD.match(one.word):
            continue
        start = begin + one.start_frame / FRAMES_IN_A_SECOND
        end = begin + (one.end_frame + 1) / FRAMES_IN_A_SECOND
        sure = min(1.0, max(0.0, scale.exp(one.prob)))
        found.append([start, end, SPOKEN_AS.sub("", one.word), sure])
    return found


def main() -> None:
    """Answer the request."""
    request = json.load(sys.stdin)
    source = Path(request["sound"])
    whole = max(1, source.stat().st_size) / (2 * RATE)
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    found = []
    with source.open("rb") as sound:
        for piece in Segmenter(sample_rate=RATE).segment(sound):
            decoder.start_utt()
            decoder.process_raw(piece.pcm, full_utt=True)
            decoder.end_utt()
            words = words_of(decoder, piece.start_time)
            if words:
                likely = math.log(max(1e-6, sum(word[3] for word in words) / len(words)))
                text = " ".join(word[2] for word in words)
                found.append(
                    {
                        "start": words[0][0],
                        "end": words[-1][1],
                        "text": text,
                        "likely": likely,
                        "words": words,
                    }
                )
            tell(request["progress"], (piece.start_time + len(piece.pcm) / (2 * RATE)) / whole)
    json.dump({"language": "en", "segments": found}, sys.stdout)


main()
