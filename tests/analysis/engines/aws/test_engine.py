"""The engine at Amazon Web Services: the contract, and what becomes of what is found, staged and refused."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analysis.engines import Engine, EngineAway, Face, Flag, Found, Label, Request, Shot, Text, Type
from analysis.engines.aws import AwsEngine
from analysis.engines.aws.clients import Clients, Unable, calling
from analysis.engines.aws.work import Work
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


def cleared(engine: Engine, handle: str) -> None:
    """Let everything be taken away that work has left."""
    for _turn in range(20):
        if engine.clear_up(handle) is None:
            return
    raise AssertionError("something is always left")


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
    found = ended(engine, request, first.handle)
    assert set(found.results) == {Type.SHOTS, Type.FACES}


def test_throttled_calls_are_made_again(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    throttled = [Refusal("ThrottlingException")]
    account.rekognition.refusals = {
        "StartSegmentDetection": throttled,
        "GetSegmentDetection": list(throttled),
    }
    account.rekognition.found = {"SegmentDetection": [shot(0, 3, 0)]}
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert len(found.results[Type.SHOTS].findings) == 1


def test_a_job_that_fails_fails_its_type_alone_and_costs_nothing(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.failed = {"FaceDetection"}
    found = ended(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.FACES))
    assert set(found.results) == {Type.SHOTS}
    failure = found.failures[Type.FACES]
    assert (failure.code, failure.cost) == ("aws_job_failed", Decimal(0))
    assert failure.job_id


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


def test_nothing_is_done_without_a_bucket(account: Account) -> None:
    engine = AwsEngine(lambda: replace(account.options, bucket=""))
    assert all("ANALYSIS_S3_BUCKET" in one.missing for one in engine.capabilities().types.values())


def test_jobs_and_costs_are_told(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.FACES)
    found = ended(engine, request)
    assert found.results[Type.SHOTS].cost == Decimal("0.008333")
    assert found.results[Type.FACES].cost == Decimal("0.016667")
    assert found.results[Type.FACES].job_id in account.rekognition.tokens.values()
    assert engine.estimate(request).usd == Decimal("0.025")


def test_what_goes_on_without_us_is_paid_for(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.failed = {"FaceDetection"}
    account.rekognition.refusals = {"GetTextDetection": [Refusal("ResourceNotFoundException")]}
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.FACES, Type.TEXT)
    first = begin(engine, request)
    assert engine.spent(first, request) == {}
    handle = engine.poll(first).handle
    assert engine.spent(handle, request) == {
        Type.SHOTS: Decimal("0.008333"),
        Type.TEXT: Decimal("0.016667"),
    }
    gone = engine.results(handle, request).failures[Type.TEXT]
    assert (gone.code, gone.cost) == ("aws_result_gone", Decimal("0.016667"))


def test_what_was_found_can_be_read_again_until_it_is_cleared_up(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.heard["items"] = [word("hello", 0.5, 1.0)]
    request = request_for("loud.flac", tmp_path, Type.TRANSCRIPTION)
    handle = begin(engine, request)
    while not (standing := engine.poll(handle)).done:
        handle = standing.handle
    first = engine.results(standing.handle, request)
    assert engine.results(standing.handle, request) == first
    assert len(first.results[Type.TRANSCRIPTION].findings) == 1
    cleared(engine, standing.handle)
    assert account.keys() == []


def test_a_job_that_is_still_heard_is_taken_away_when_it_has_ended(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    request = request_for("loud.flac", tmp_path, Type.TRANSCRIPTION)
    handle = engine.poll(begin(engine, request)).handle
    work = Work.of_handle(handle)
    assert engine.clear_up(handle) == 300
    assert account.keys() == []
    job = account.transcribe.get_transcription_job(TranscriptionJobName=work.running["transcription"])
    assert job["TranscriptionJob"]["TranscriptionJobStatus"] != "FAILED"
    account.bucket.put_object(
        Bucket=work.bucket, Key=f"analysis/{work.token}/transcript.json", Body=b"what was heard"
    )
    cleared(engine, handle)
    assert account.keys() == []
    with pytest.raises(account.transcribe.exceptions.BadRequestException):
        account.transcribe.get_transcription_job(TranscriptionJobName=work.running["transcription"])


def test_what_is_cleared_up_lies_where_it_was_begun(account: Account, tmp_path: Path) -> None:
    set_now = [account.options]
    engine = AwsEngine(lambda: set_now[0])
    handle = begin(engine, request_for("hard_cuts.mp4", tmp_path, Type.SHOTS))
    assert account.keys()
    set_now[0] = replace(account.options, bucket="another-bucket")
    assert engine.clear_up(handle) is None
    assert account.keys() == []


def test_a_service_that_is_away_while_pages_are_read_is_asked_again(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS)
    standing = engine.poll(begin(engine, request))
    account.rekognition.refusals = {"GetSegmentDetection": [Refusal("InternalServerError", 500)] * 3}
    with pytest.raises(EngineAway):
        engine.results(standing.handle, request)
    assert set(engine.results(standing.handle, request).results) == {Type.SHOTS}


def test_a_job_is_begun_once_by_one_handle(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    request = replace(request_for("hard_cuts.mp4", tmp_path, Type.SHOTS), token="start-1")
    handle = begin(engine, request)
    assert account.rekognition.asked == []
    # A run that died after the first call has not written down what it answered.
    assert engine.poll(handle).done
    assert engine.poll(handle).done
    assert list(account.rekognition.tokens) == ["start-1-shots"]


def test_what_boto_itself_refuses_is_no_reason_to_wait(account: Account) -> None:
    service = Clients(account.options.region).rekognition
    with pytest.raises(Unable) as refused, calling():
        service.start_segment_detection(Video={"S3Object": {"Bucket": "films", "Name": "a"}}, SegmentTypes=[])
    assert refused.value.failure.code == "aws_not_taken"
    assert account.rekognition.asked == []


def test_shots_are_asked_for_with_what_the_service_takes(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.found = {"SegmentDetection": [shot(0, 3, 0)]}
    found = ended(engine, replace(request_for("hard_cuts.mp4", tmp_path, Type.SHOTS), threshold=0.4))
    assert len(found.results[Type.SHOTS].findings) == 1
    asked = account.rekognition.of("StartSegmentDetection")[0]
    assert asked["Filters"]["ShotFilter"]["MinSegmentConfidence"] == 50


def test_in_a_region_without_a_service_its_types_are_missing(account: Account) -> None:
    bahrain = AwsEngine(lambda: replace(account.options, region="me-south-1")).capabilities().types
    assert bahrain[Type.TRANSCRIPTION].missing == ""
    assert "Rekognition" in bahrain[Type.SHOTS].missing
    emirates = AwsEngine(lambda: replace(account.options, region="me-central-1")).capabilities().types
    assert "Transcribe" in emirates[Type.TRANSCRIPTION].missing
    newer = AwsEngine(lambda: replace(account.options, region="eu-north-9")).capabilities().types
    assert {one.missing for one in newer.values()} == {""}
