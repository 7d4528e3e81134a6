"""What Transcribe is asked for: languages, vocabularies and voices; and jobs that fail."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.engines.aws import AwsEngine, hearing, transcripts
from analysis.engines.aws.clients import Clients, Unable
from analysis.engines.aws.work import Work
from analysis.engines.base import Type
from tests.analysis.engines.aws.conftest import Account, word
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
    hearing.forget(name, clients=Clients(options.region))
    hearing.forget(name, clients=Clients(options.region))
    return dict(job["TranscriptionJob"])


def test_one_language_is_told(account: Account) -> None:
    job = begun(account, "ar-AE")
    assert job["LanguageCode"] == "ar-AE"
    assert job["Settings"]["MaxSpeakerLabels"] == 10
    assert job["Media"]["MediaFileUri"] == f"s3://{account.options.bucket}/a.flac"


def test_of_several_it_finds_out_which_one_it_is(account: Account) -> None:
    job = begun(account, "ar", "en")
    assert job["IdentifyLanguage"] is True
    assert job["LanguageOptions"] == ["ar-SA", "en-US"]


def test_voices_need_not_be_told_apart(account: Account) -> None:
    job = begun(account, "en", speakers=0)
    assert not job["Settings"]["ShowSpeakerLabels"]


def test_a_vocabulary_goes_with_its_dialect(account: Account) -> None:
    vocabularies = {"ar-SA": "places"}
    assert hearing._languages(["ar-SA"], vocabularies)["Settings"] == {"VocabularyName": "places"}
    told = hearing._languages(["ar-SA", "en-US"], vocabularies)
    assert told["LanguageIdSettings"] == {"ar-SA": {"VocabularyName": "places"}}
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
    assert account.keys() == []


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
