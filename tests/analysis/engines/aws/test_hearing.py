"""What Transcribe is asked for: languages, vocabularies and voices; and jobs that fail."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analysis.engines.aws import AwsEngine, hearing, transcripts
from analysis.engines.aws.clients import Clients, Unable
from analysis.engines.aws.work import Work
from analysis.engines.base import Type
from analysis.engines.findings import Speech
from tests.analysis.engines.aws.conftest import Account, sign, word
from tests.analysis.engines.aws.test_engine import ended
from tests.analysis.engines.contract import request_for


@pytest.mark.parametrize(
    ("tags", "dialects"),
    [
        (["ar"], ["ar-SA"]),
        (["ar-AE"], ["ar-AE"]),
        (["ar-EG", "en"], ["ar-SA", "en-US"]),
        (["en-GB", "en-US"], ["en-GB"]),
        (["fr", "tlh"], ["fr-FR"]),
        ([], []),
    ],
)
def test_one_dialect_of_each_language_is_expected(tags: list[str], dialects: list[str]) -> None:
    found = hearing.expected(tags, ["ar-SA", "en-US"])
    assert [one if one.partition("-")[0] != "fr" else "fr-FR" for one in found] == dialects


def begun(account: Account, *languages: str, **facts: Any) -> dict[str, Any]:
    """What a job was told, as the service keeps it."""
    work = Work(token=f"test-{account.options.bucket}", languages=list(languages))
    options = replace(account.options, **facts)
    account.bucket.put_object(Bucket=options.bucket, Key="a.flac", Body=b"a")
    name = hearing.start(work, "a.flac", options=options, clients=Clients(options.region))
    assert hearing.start(work, "a.flac", options=options, clients=Clients(options.region)) == name
    job: dict[str, Any] = account.transcribe.get_transcription_job(TranscriptionJobName=name)
    while not hearing.forget(work, clients=Clients(options.region)):
        pass
    assert hearing.forget(work, clients=Clients(options.region))
    return dict(job["TranscriptionJob"])


def test_one_language_is_told(account: Account) -> None:
    job = begun(account, "ar-AE")
    assert job["LanguageCode"] == "ar-AE"
    assert job["Settings"]["MaxSpeakerLabels"] == 10
    assert job["Media"]["MediaFileUri"] == f"s3://{account.options.bucket}/a.flac"


def test_each_of_several_may_be_spoken(account: Account) -> None:
    job = begun(account, "ar", "en")
    assert job["IdentifyMultipleLanguages"] is True
    assert job["LanguageOptions"] == ["ar-SA", "en-US"]


def test_voices_need_not_be_told_apart(account: Account) -> None:
    job = begun(account, "en", speakers=0)
    assert not job["Settings"]["ShowSpeakerLabels"]


def test_a_vocabulary_goes_with_its_dialect(account: Account) -> None:
    vocabularies = {"ar-SA": "places"}
    assert hearing._languages(["ar-SA"], vocabularies)["Settings"] == {"VocabularyName": "places"}
    told = hearing._languages(["ar-SA", "en-US"], vocabularies)
    # The service takes settings of two languages and more.
    assert told["LanguageIdSettings"] == {"ar-SA": {"VocabularyName": "places"}, "en-US": {}}
    assert hearing._languages([], vocabularies) == {"IdentifyLanguage": True}


def test_a_job_that_fails_says_so(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients(account.options.region)
    failed = {"TranscriptionJob": {"TranscriptionJobStatus": "FAILED", "FailureReason": "no sound in it"}}
    monkeypatch.setattr(clients.transcribe, "get_transcription_job", lambda **_told: failed)
    with pytest.raises(Unable) as error:
        hearing.has_ended("a", clients=clients)
    assert error.value.failure.code == "aws_job_failed"
    assert error.value.log == "no sound in it"


def test_a_transcript_that_cannot_be_read_fails_its_type(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.heard = {"items": [{"type": "pronunciation"}]}
    found = ended(engine, request_for("loud.flac", tmp_path, Type.TRANSCRIPTION))
    failure = found.failures[Type.TRANSCRIPTION]
    assert failure.code == "aws_result_unreadable"
    assert failure.cost > 0


def test_sentences_end_with_pauses_and_voices_and_unsure_ones_are_left_out(tmp_path: Path) -> None:
    request = replace(request_for("loud.flac", tmp_path, Type.TRANSCRIPTION), duration=100.0)
    document = {
        "results": {
            "language_code": "en-US",
            "language_identification": [{"score": "0.97", "code": "en-US"}],
            "speaker_labels": {
                "segments": [
                    {"speaker_label": "spk_1", "items": [{"start_time": "5.0", "speaker_label": "spk_1"}]}
                ]
            },
            "items": [
                word("one", 0.0, 0.5),
                word("two", 3.0, 3.5),
                word("three", 5.0, 5.5),
                word("mumble", 20.0, 20.5, sure=0.2),
            ],
        }
    }
    found = transcripts.result(document, request, language="")
    said = [(one.start, getattr(one, "text", ""), getattr(one, "speaker", "")) for one in found.findings]
    assert said == [(0.0, "one", ""), (3.0, "two", ""), (5.0, "three", "spk_1")]
    assert found.summary == {"speakers": ["spk_1"], "languages": {"en-US": 0.97}}


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


def test_of_several_languages_each_is_heard(tmp_path: Path) -> None:
    request = replace(request_for("loud.flac", tmp_path, Type.TRANSCRIPTION), duration=100.0)
    document = {
        "results": {
            "language_codes": [
                {"language_code": "en-US", "duration_in_seconds": 1.5},
                {"language_code": "ar-SA", "duration_in_seconds": 60.25},
            ],
            "items": [
                word("welcome", 0.0, 0.5) | {"language_code": "en-US"},
                word("أهلاً", 0.6, 1.0) | {"language_code": "ar-SA"},
            ],
        }
    }
    found = transcripts.result(document, request, language="en-US")
    assert found.language == "ar-SA"
    said = [(one.text, one.language) for one in found.findings if isinstance(one, Speech)]
    assert said == [("welcome", "en-US"), ("أهلاً", "ar-SA")]
