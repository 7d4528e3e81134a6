"""The engine at Amazon Web Services: the contract, and what becomes of what is found, staged and refused."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analysis.engines import Engine, EngineAway, Face, Flag, Found, Label, Request, Shot, Speech, Text, Type
from analysis.engines.aws import AwsEngine
from analysis.engines.aws.work import Work
from analysis.engines.base import Address
from mediaportal.core.sandbox import ProgramStopped
from tests.analysis.engines.aws.conftest import Account, sign, word
from tests.analysis.engines.contract import EngineContract, request_for
from tests.rekognition import Refusal, box, face, flag, label, shot, text

SIGHT = (Type.OBJECTS, Type.MODERATION, Type.FACES, Type.TEXT, Type.SHOTS)


def begin(engine: Engine, request: Request) -> str:
    return engine.start(request, on_progress=lambda _done: None, stop=lambda: False)


def ended(engine: Engine, request: Request, handle: str = "") -> Found:
    """What is found, asked for by the handle that each poll gives."""
    handle = handle or begin(engine, request)
    for _turn in range(20):
        standing = engine.poll(handle)
        handle = standing.handle or handle
        if standing.done:
            return engine.results(handle, request)
    raise AssertionError("it never ended")


class TestAws(EngineContract):
    @pytest.fixture
    def engine(self, engine: AwsEngine, account: Account) -> Engine:
        account.rekognition.polls = 3
        account.rekognition.found = FOUND
        account.heard["items"] = [word("hello", 0.5, 1.0), sign("."), word("world", 1.0, 1.4)]
        return engine


FOUND: dict[str, list[dict[str, Any]]] = {
    "LabelDetection": [
        label(0, "Vehicle", "Transportation"),
        label(0, "Car", "Transportation", "Vehicle", at=box(0.9, 0.1)),
        label(0.5, "Car", "Transportation", "Vehicle", sure=97.0, at=box(0.4, 0.1)),
        label(0.5, "Tree", sure=30.0),
        label(4, "Car", "Transportation", "Vehicle"),
        label(4, "Transportation"),
    ],
    "ContentModeration": [flag(2, 4.5, "Weapons", "Violence"), flag(20, 30, "Violence")],
    "FaceDetection": [
        face(0, box(0.1, 0.1)),
        face(0, box(0.6, 0.1)),
        face(0.5, box(0.12, 0.1)),
        face(5, box(0.1, 0.1)),
    ],
    "TextDetection": [
        text(1, "منارة الإسكندرية"),
        text(1, "منارة", "WORD"),
        text(1.5, "منارة الإسكندرية"),
    ],
    "SegmentDetection": [shot(0, 2.96, 0), shot(3, 8.96, 1)],
}


def test_a_film_is_looked_at_in_jobs(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.found = FOUND
    account.rekognition.polls = 7
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, *SIGHT))
    assert found.failures == {}
    cars = [one for one in found.results[Type.OBJECTS].findings if getattr(one, "label", "") == "Car"]
    assert [(one.start, one.end, one.confidence) for one in cars] == [(0.0, 1.0, 0.97), (4.0, 4.5, 0.9)]
    assert isinstance(cars[0], Label)
    assert cars[0].parent == "Vehicle"
    assert cars[0].box is not None
    assert cars[0].box.left == 0.4
    labels = found.results[Type.OBJECTS]
    assert labels.summary["taxonomy"]["Car"] == ["Transportation", "Vehicle"]
    assert all(getattr(one, "label", "") != "Tree" for one in labels.findings)
    flags = found.results[Type.MODERATION].findings
    assert isinstance(flags[0], Flag)
    assert (flags[0].start, flags[0].end, flags[0].label, flags[0].parent) == (
        2.0,
        4.5,
        "Weapons",
        "Violence",
    )
    faces = found.results[Type.FACES].findings
    assert [(one.start, one.end) for one in faces] == [(0.0, 1.0), (0.0, 0.5), (5.0, 5.5)]
    assert isinstance(faces[0], Face)
    assert faces[0].detail["pose"] == {"roll": 1.0, "yaw": -2.35, "pitch": 0.0}
    texts = found.results[Type.TEXT].findings
    assert isinstance(texts[0], Text)
    assert [(one.start, one.end) for one in texts] == [(1.0, 2.0)]
    assert texts[0].text == "منارة الإسكندرية"
    shots = found.results[Type.SHOTS].findings
    assert [(one.start, one.end) for one in shots if isinstance(one, Shot)] == [(0.0, 2.96), (3.0, 8.96)]


def test_what_was_staged_is_what_is_read_and_is_gone_afterwards(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, *SIGHT)
    handle = begin(engine, request)
    staged = account.keys()
    assert len(staged) == 1
    videos = [
        asked["Video"]["S3Object"] for name, asked in account.rekognition.asked if name.startswith("Start")
    ]
    assert videos == [{"Bucket": account.options.bucket, "Name": staged[0]}] * 5
    assert account.bucket.head_object(Bucket=account.options.bucket, Key=staged[0])["ContentLength"] > 1000
    ended(engine, request, handle)
    assert account.keys() == []


def test_jobs_and_costs_are_told(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.FACES)
    found = ended(engine, request)
    assert found.results[Type.SHOTS].cost == Decimal("0.008333")
    assert found.results[Type.FACES].cost == Decimal("0.016667")
    assert found.results[Type.FACES].job_id in account.rekognition.tokens.values()
    assert engine.estimate(request).usd == Decimal("0.025")


def test_every_page_is_read(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.page = 2
    account.rekognition.found = {"SegmentDetection": [shot(n, n + 0.9, n) for n in range(7)]}
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert [one.start for one in found.results[Type.SHOTS].findings] == [float(n) for n in range(7)]
    assert [asked.get("NextToken") for asked in account.rekognition.of("GetSegmentDetection")] == [
        None, None, "2", "4", "6"
    ]  # fmt: skip


def test_too_many_jobs_wait_for_their_turn(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.refusals = {"StartFaceDetection": [Refusal("LimitExceededException")] * 6}
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.FACES)
    handle = begin(engine, request)
    first = engine.poll(handle)
    assert not first.done
    assert first.again_in_seconds >= 60
    assert account.keys()
    found = ended(engine, request, first.handle)
    assert set(found.results) == {Type.SHOTS, Type.FACES}
    assert account.keys() == []


def test_throttled_calls_are_made_again(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    throttled = [Refusal("ThrottlingException")]
    account.rekognition.refusals = {
        "StartSegmentDetection": throttled,
        "GetSegmentDetection": list(throttled),
    }
    account.rekognition.found = {"SegmentDetection": [shot(0, 3, 0)]}
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert len(found.results[Type.SHOTS].findings) == 1


def test_a_service_that_is_away_while_pages_are_read_is_asked_again(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS)
    standing = engine.poll(begin(engine, request))
    account.rekognition.refusals = {"GetSegmentDetection": [Refusal("InternalServerError", 500)] * 3}
    with pytest.raises(EngineAway):
        engine.results(standing.handle, request)
    assert account.keys()
    assert set(engine.results(standing.handle, request).results) == {Type.SHOTS}
    assert account.keys() == []


def test_a_job_that_fails_fails_its_type_alone_and_costs_nothing(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.failed = {"FaceDetection"}
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.FACES))
    assert set(found.results) == {Type.SHOTS}
    failure = found.failures[Type.FACES]
    assert (failure.code, failure.cost) == ("aws_job_failed", Decimal(0))
    assert failure.job_id
    assert account.keys() == []


def test_what_is_refused_is_not_tried_again(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.refusals = {
        "StartFaceDetection": [Refusal("AccessDeniedException")],
        "StartTextDetection": [Refusal("InvalidS3ObjectException")],
    }
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.FACES, Type.TEXT))
    assert {name: one.code for name, one in found.failures.items()} == {
        Type.FACES: "aws_refused",
        Type.TEXT: "aws_not_taken",
    }
    assert account.keys() == []


def test_work_that_was_begun_is_known_again(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = replace(request_for("hard_cuts.mp4", tmp_path, Type.SHOTS), token="order-1")
    begin(engine, request)
    found = ended(engine, request)
    assert set(found.results) == {Type.SHOTS}
    assert list(account.rekognition.tokens) == ["order-1-shots"]
    assert account.keys() == []


def test_nothing_stays_when_staging_is_stopped(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS)
    after_the_film = iter([False] * 3)
    with pytest.raises(ProgramStopped):
        engine.start(
            request,
            on_progress=lambda _done: None,
            stop=lambda: bool(account.keys()) or not next(after_the_film, True),
        )
    assert account.keys() == []
    assert account.rekognition.asked == []


def test_giving_up_leaves_nothing_behind(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = request_for("loud.flac", tmp_path, Type.TRANSCRIPTION)
    engine.cancel(begin(engine, request))
    assert account.keys() == []


def test_a_job_that_does_not_end_is_given_up_and_paid(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.polls = 100
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS)
    work = Work.of_handle(begin(engine, request))
    handle = replace(work, begun=work.begun - 7 * 3600).as_handle()
    found = ended(engine, request, handle)
    assert found.failures[Type.SHOTS].code == "aws_overdue"
    assert found.failures[Type.SHOTS].cost == Decimal("0.008333")
    assert account.keys() == []


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
    assert ended(engine, request).failures[Type.SHOTS].code == "corrupt_media"
    assert account.keys() == []


def test_a_film_without_sound_has_nothing_to_say(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.TRANSCRIPTION)
    assert request.probe is not None
    silent = replace(request, probe=replace(request.probe, audio=()))
    assert ended(engine, silent).failures[Type.TRANSCRIPTION].code == "no_sound"


def test_an_image_goes_with_the_call(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.in_images = {
        "DetectLabels": {"Labels": [label(0, "Cat", "Animal")["Label"]]},
        "DetectModerationLabels": {
            "ModerationLabels": [{"Name": "Weapons", "ParentName": "Violence", "Confidence": 80.0}]
        },
        "DetectFaces": {"FaceDetails": [face(0, box(0, 0))["Face"], face(0, box(0.5, 0.5))["Face"]]},
        "DetectText": {"TextDetections": [text(0, "نص")["TextDetection"]]},
    }
    types = (Type.OBJECTS, Type.MODERATION, Type.FACES, Type.TEXT)
    found = ended(engine, request_for("picture.png", tmp_path, *types))
    assert {name: len(one.findings) for name, one in found.results.items()} == {
        Type.OBJECTS: 1,
        Type.MODERATION: 1,
        Type.FACES: 2,
        Type.TEXT: 1,
    }
    assert found.results[Type.FACES].cost == Decimal("0.001")
    assert account.rekognition.of("DetectFaces")[0]["Image"]["Bytes"].startswith("/9j/")
    assert account.keys() == []


def test_an_image_that_is_refused_fails_its_type(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.refusals = {"DetectFaces": [Refusal("InvalidImageFormatException")]}
    found = ended(engine, request_for("picture.png", tmp_path, Type.FACES, Type.TEXT))
    assert found.failures[Type.FACES].code == "aws_not_taken"
    assert set(found.results) == {Type.TEXT}


def test_arabic_is_heard(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.heard = {
        "language_code": "ar-SA",
        "transcripts": [{"transcript": "أهلاً بكم في المنارة. كيف حالكم؟"}],
        "items": [
            word("أهلاً", 0.2, 0.6, "spk_0"),
            word("بكم", 0.6, 0.9, "spk_0"),
            word("في", 0.9, 1.0, "spk_0", 0.8),
            word("المنارة", 1.0, 1.5, "spk_0"),
            sign("."),
            word("كيف", 1.6, 1.8, "spk_1"),
            word("حالكم", 1.8, 2.0, "spk_1"),
            sign("؟"),
        ],
    }
    request = replace(request_for("loud.flac", tmp_path, Type.TRANSCRIPTION), languages=("ar",))
    found = ended(engine, request).results[Type.TRANSCRIPTION]
    assert found.language == "ar-SA"
    said = [one for one in found.findings if isinstance(one, Speech)]
    assert [one.text for one in said] == ["أهلاً بكم في المنارة.", "كيف حالكم؟"]
    assert [(one.start, one.end, one.speaker) for one in said] == [(0.2, 1.5, "spk_0"), (1.6, 2.0, "spk_1")]
    assert [one.text for one in said[0].words] == ["أهلاً", "بكم", "في", "المنارة"]
    assert found.summary == {"speakers": ["spk_0", "spk_1"]}
    assert found.cost == Decimal("0.006")
    assert account.keys() == []


def test_nothing_is_done_without_a_bucket(account: Account) -> None:
    engine = AwsEngine(lambda: replace(account.options, bucket=""))
    assert all("ANALYSIS_S3_BUCKET" in one.missing for one in engine.capabilities().types.values())


def test_a_bucket_that_is_not_there_fails_what_would_be_staged(account: Account, tmp_path: Path) -> None:
    engine = AwsEngine(lambda: replace(account.options, bucket="nowhere-to-be-found"))
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert found.failures[Type.SHOTS].code == "aws_refused"
    assert account.rekognition.asked == []


def test_a_service_that_cannot_be_reached_is_away(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    engine = AwsEngine(lambda: account.options)
    with pytest.raises(EngineAway):
        begin(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
