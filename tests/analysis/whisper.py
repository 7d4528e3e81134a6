"""A tiny Whisper model in CTranslate2's format, made by the tests: wherever it is asked, it says the same few words."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import attention_spec, common_spec, transformer_spec, whisper_spec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

_DEPTH, _MELS, _HEARD, _SAID = 64, 80, 1500, 448
_TEXT_TOKENS, _LANGUAGES, _TIMES = 50257, 99, 1501
_LOUD = 4.0
# Encoder pictures that one word is heard in: a quarter of a second.
_PIECE = 12
_PROMPT = 3


def tiny_whisper(folder: Path, *words: str, language: str = "en", seconds: float = 1.0) -> Path:
    """Write the model; each of `words` begins with a space. It hears `language`, and a second of speech."""
    folder.mkdir(parents=True, exist_ok=True)
    special = _special()
    tokenizer, ids = _tokenizer(words, special)
    tokenizer.save(str(folder / "tokenizer.json"))
    vocabulary = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda item: item[1])
    number = {name: _TEXT_TOKENS + place for place, name in enumerate(special)}
    # What is said after each place: first which language, after the task the time, the words, and the end.
    places = [number[f"<|{language}|>"], number["<|transcribe|>"], number["<|0.00|>"]]
    places += [*ids, number[f"<|{seconds:.2f}|>"], number["<|endoftext|>"]]
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    _fill(spec.encoder, spec.decoder, len(vocabulary), places)
    spec.register_vocabulary([name for name, _id in vocabulary])
    spec.config.suppress_ids = [number["<|nospeech|>"]]
    spec.config.suppress_ids_begin = [number["<|endoftext|>"]]
    spec.config.lang_ids = [number[f"<|{tag}|>"] for tag in _LANGUAGE_CODES[:_LANGUAGES]]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize(quantization="float32")
    spec.save(str(folder))
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["alignment_heads"] == [[0, 0]]
    return folder


def _special() -> list[str]:
    """The tokens after those of text, in Whisper's order."""
    told = ["endoftext", "startoftranscript", *_LANGUAGE_CODES[:_LANGUAGES], "translate", "transcribe"]
    told += ["startoflm", "startofprev", "nospeech", "notimestamps"]
    return [f"<|{name}|>" for name in told] + [f"<|{place * 0.02:.2f}|>" for place in range(_TIMES)]


def _tokenizer(words: Sequence[str], special: Sequence[str]) -> tuple[Tokenizer, list[int]]:
    """A tokenizer of bytes and these words, and the words' numbers."""
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    names = [
        *sorted(pre_tokenizers.ByteLevel.alphabet()),
        *(level.pre_tokenize_str(word)[0][0] for word in words),
    ]
    # The empty word is what tells a model of many languages from an English one.
    names += [*(f"unused{number}" for number in range(_TEXT_TOKENS - len(names) - 1)), ""]
    numbers = {name: number for number, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocab=numbers, merges=[]))
    tokenizer.pre_tokenizer = level
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in special])
    first = len(pre_tokenizers.ByteLevel.alphabet())
    return tokenizer, list(range(first, first + len(words)))


def _fill(encoder: Any, decoder: Any, size: int, places: Sequence[int]) -> None:
    """Give every weight its shape; only the places of the decoder say anything."""
    for name, inputs in (("conv1", _MELS), ("conv2", _DEPTH)):
        convolution = getattr(encoder, name)
        convolution.weight, convolution.bias = _zeros(_DEPTH, inputs, 3), _zeros(_DEPTH)
    heard = _zeros(_HEARD, _DEPTH)
    for piece in range(_DEPTH):
        heard[piece * _PIECE : (piece + 1) * _PIECE, piece] = 1.0
    encoder.position_encodings.encodings = heard
    encodings, spoken = _zeros(_SAID, _DEPTH), _zeros(size, _DEPTH)
    for place, token in enumerate(places):
        encodings[place, place] = 1.0
        spoken[token, place] = _LOUD
    decoder.position_encodings.encodings = encodings
    decoder.embeddings.weight = _zeros(size, _DEPTH)
    decoder.projection.weight = spoken
    for half in (encoder, decoder):
        _plain(half.layer_norm)
        for layer in half.layer:
            for part in vars(layer).values():
                _part(part)


def _part(part: Any) -> None:
    """A part of a layer that passes on what it is given."""
    if isinstance(part, attention_spec.MultiHeadAttentionSpec):
        _plain(part.layer_norm)
        widths = [3, 1] if len(part.linear) == 2 else [1, 2, 1]
        for linear, width in zip(part.linear, widths, strict=True):
            linear.weight, linear.bias = _zeros(width * _DEPTH, _DEPTH), _zeros(width * _DEPTH)
        if len(part.linear) > 2:
            # Each word listens to a piece of its own, so that it has a time; what it hears there is nothing.
            asked, heard = part.linear[0].weight, part.linear[1].weight
            for place in range(_DEPTH):
                asked[max(0, place - _PROMPT), place] = heard[place, place] = 2.0
    elif isinstance(part, transformer_spec.FeedForwardSpec):
        _plain(part.layer_norm)
        for linear in (part.linear_0, part.linear_1):
            linear.weight, linear.bias = _zeros(_DEPTH, _DEPTH), _zeros(_DEPTH)
    elif isinstance(part, common_spec.LayerNormSpec):
        _plain(part)


def _plain(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(_DEPTH, np.float32), _zeros(_DEPTH)


def _zeros(*shape: int) -> Any:
    return np.zeros(shape, np.float32)
