"""What the services read: staged under keys that are told before, or the original where they surely take it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.engines import EngineAway, Type
from analysis.engines.aws import AwsEngine, originals, staging
from analysis.engines.aws.work import Work
from analysis.engines.base import Address
from mediaportal.core.sandbox import ProgramStopped
from tests.analysis.engines.aws.conftest import Account
from tests.analysis.engines.aws.test_engine import SIGHT, begin, cleared, ended
from tests.analysis.engines.contract import request_for


def test_what_was_staged_is_what_is_read_and_is_gone_afterwards(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, *SIGHT)
    handle = begin(engine, request)
    staged = account.keys()
    assert len(staged) == 1
    assert account.bucket.head_object(Bucket=account.options.bucket, Key=staged[0])["ContentLength"] > 1000
    ended(engine, request, handle)
    videos = [
        asked["Video"]["S3Object"] for name, asked in account.rekognition.asked if name.startswith("Start")
    ]
    assert videos == [{"Bucket": account.options.bucket, "Name": staged[0]}] * 5
    cleared(engine, handle)
    assert account.keys() == []


def test_what_lies_elsewhere_is_told_before_it_does(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    told: list[tuple[set[str], set[str]]] = []

    def note(handle: str) -> None:
        told.append((set(Work.of_handle(handle).staged), set(account.keys())))

    engine.start(
        request_for("hard_cuts.mp4", tmp_path, Type.SHOTS),
        on_progress=lambda _done: None,
        stop=lambda: False,
        note=note,
    )
    assert told[0][1] == set()
    assert told[0][0] == told[-1][1] == set(account.keys())


def test_two_starts_never_write_to_the_same_key(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        begin(engine, request_for("hard_cuts.mp4", tmp_path / folder, Type.SHOTS))
    assert len(account.keys()) == 2


def test_nothing_stays_when_staging_is_stopped(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(ProgramStopped):
        engine.start(
            request_for("hard_cuts.mp4", tmp_path, Type.SHOTS),
            on_progress=lambda _done: None,
            stop=lambda: bool(account.keys()),
            note=told.append,
        )
    cleared(engine, told[-1])
    assert account.keys() == []
    assert account.rekognition.asked == []


def test_nothing_is_made_for_a_bucket_that_is_away(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(*_facts: Any, **_more: Callable[..., Any]) -> None:
        made.append("film")

    monkeypatch.setattr(staging, "_make", make)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    engine = AwsEngine(lambda: account.options)
    with pytest.raises(EngineAway):
        begin(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert made == []


def test_an_original_that_lies_in_the_bucket_is_read_there(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    request = replace(
        request_for("hard_cuts.mp4", tmp_path, Type.SHOTS),
        stored=Address(account.options.bucket, "portal/film.mp4", account.options.region),
    )
    account.bucket.put_object(Bucket=account.options.bucket, Key="portal/film.mp4", Body=b"film")
    ended(engine, request)
    assert (
        account.rekognition.of("StartSegmentDetection")[0]["Video"]["S3Object"]["Name"] == "portal/film.mp4"
    )
    assert account.keys() == ["portal/film.mp4"]


def test_a_file_that_cannot_be_decoded_fails_what_reads_it(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing" * 100)
    request = replace(request_for("hard_cuts.mp4", tmp_path, Type.SHOTS), source=broken)
    handle = begin(engine, request)
    assert ended(engine, request, handle).failures[Type.SHOTS].code == "corrupt_media"
    cleared(engine, handle)
    assert account.keys() == []


def test_a_film_without_sound_has_nothing_to_say(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.TRANSCRIPTION)
    assert request.probe is not None
    silent = replace(request, probe=replace(request.probe, audio=()))
    assert ended(engine, silent).failures[Type.TRANSCRIPTION].code == "no_sound"


def test_a_bucket_that_is_not_there_fails_what_would_be_staged(account: Account, tmp_path: Path) -> None:
    engine = AwsEngine(lambda: replace(account.options, bucket="nowhere-to-be-found"))
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert found.failures[Type.SHOTS].code == "aws_refused"
    assert account.rekognition.asked == []


@pytest.mark.parametrize(
    ("mime_type", "codec", "rate", "is_taken"),
    [
        ("audio/flac", "flac", 48_000, True),
        ("audio/flac", "flac", 96_000, False),
        ("audio/wav", "pcm_s16le", 44_100, True),
        ("audio/wav", "pcm_f32le", 44_100, False),
        ("audio/mp4", "alac", 44_100, False),
        ("audio/mp4", "aac", 44_100, True),
        ("audio/ogg", "vorbis", 44_100, False),
        ("audio/mpeg", "mp3", 7_350, False),
    ],
)
def test_only_sound_that_the_service_surely_takes_is_read_where_it_lies(
    account: Account, tmp_path: Path, mime_type: str, codec: str, rate: int, is_taken: bool
) -> None:
    request = request_for("loud.flac", tmp_path, Type.TRANSCRIPTION)
    assert request.probe is not None
    track = replace(request.probe.audio[0], codec=codec, sample_rate=rate)
    request = replace(
        request,
        mime_type=mime_type,
        probe=replace(request.probe, audio=(track,)),
        stored=Address(account.options.bucket, "portal/sound", account.options.region),
    )
    assert originals.sound(request, account.options) == ("portal/sound" if is_taken else "")
