"""Runs alone in the sandbox: writes down what is said, by faster-whisper and a model in a folder.

Reads one request as JSON and prints one answer; tells in a small file how far it is. It imports nothing of the project.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from faster_whisper import WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps

RATE = 16_000
AT_ONCE = 1 << 20
# What may be taken for words without being any: what the model itself calls no speech, what it is unsure of, and what
# goes on too long over a pause.
NO_SPEECH, LEAST_LIKELY, LONGEST_PAUSE = 0.6, -1.0, 2.0
VAD: dict[str, Any] = {"min_silence_duration_ms": 500, "speech_pad_ms": 200}


def tell(path: str, done: float) -> None:
    """Say how far it is."""
    part = Path(f"{path}.part")
    part.write_text(json.dumps(round(min(1.0, done), 4)), encoding="ascii")
    part.replace(path)


def sound_in(path: str) -> Any:
    """Return the sound as numbers between -1 and 1. It is held once: what lies in the file is not read as a whole."""
    whole = np.memmap(path, dtype="<i2", mode="r") if Path(path).stat().st_size else np.zeros(0, "<i2")
    sound = np.empty(len(whole), np.float32)
    for first in range(0, len(whole), AT_ONCE):
        np.multiply(
            whole[first : first + AT_ONCE], 1 / 32768, out=sound[first : first + AT_ONCE], casting="unsafe"
        )
    return sound


def language_of(model: WhisperModel, sound: Any, wanted: list[str]) -> str | None:
    """Return the language that is listened for: of several the likeliest, of none any (None)."""
    if not model.model.is_multilingual:
        return "en"
    if len(wanted) <= 1:
        return wanted[0] if wanted else None
    _best, _sure, every = model.detect_language(sound, vad_filter=True, language_detection_segments=4)
    likely = dict(every or [])
    return max(wanted, key=lambda tag: likely.get(tag, 0.0))


def segment_of(segment: Any) -> dict[str, Any]:
    """A piece of speech as it is told."""
    words = [[word.start, word.end, word.word.strip(), word.probability] for word in segment.words or []]
    return {
        "start": segment.start,
        "end": segment.end,
        "text": segment.text.strip(),
        "likely": segment.avg_logprob,
        "words": [[float(a), float(b), text, float(sure)] for a, b, text, sure in words if text],
    }


def main() -> None:
    """Answer the request."""
    # Before the first model: detecting speech takes one too.
    onnxruntime.disable_telemetry_events()
    request = json.load(sys.stdin)
    sound = sound_in(request["sound"])
    if not get_speech_timestamps(sound, VadOptions(**VAD)):
        json.dump({"language": "", "segments": []}, sys.stdout)
        return
    model = WhisperModel(
        request["model"],
        device="cpu",
        compute_type="int8",
        cpu_threads=int(request["threads"]),
        local_files_only=True,
    )
    segments, facts = model.transcribe(
        sound,
        language=language_of(model, sound, request["languages"]),
        word_timestamps=True,
        vad_filter=True,
        vad_parameters=VAD,
        no_speech_threshold=NO_SPEECH,
        log_prob_threshold=LEAST_LIKELY,
        hallucination_silence_threshold=LONGEST_PAUSE,
        # Otherwise one mistake is carried on to the end.
        condition_on_previous_text=False,
    )
    found = []
    whole = len(sound) / RATE
    for segment in segments:
        found.append(segment_of(segment))
        tell(request["progress"], segment.end / whole)
    json.dump({"language": facts.language, "segments": found}, sys.stdout)


main()
