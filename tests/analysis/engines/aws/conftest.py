"""An engine whose S3 and Transcribe are moto's and whose Rekognition is our own, all over HTTP by the real boto3."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
import pytest

from analysis.engines.aws import AwsEngine, Options, hearing, staging
from analysis.engines.aws.work import Work
from tests.buckets import REGION
from tests.rekognition import Rekognition, standing_in

_NOTHING: dict[str, Any] = {"language_code": "en-US", "transcripts": [{"transcript": ""}], "items": []}


@dataclass
class Account:
    """An account: its bucket, what stands in for Rekognition, and what Transcribe hears."""

    options: Options
    bucket: Any
    transcribe: Any
    rekognition: Rekognition
    heard: dict[str, Any] = field(default_factory=lambda: dict(_NOTHING))

    def keys(self) -> list[str]:
        """Every key in the bucket."""
        return [
            one["Key"] for one in self.bucket.list_objects_v2(Bucket=self.options.bucket).get("Contents", [])
        ]


def word(content: str, start: float, end: float, speaker: str = "", sure: float = 0.99) -> dict[str, Any]:
    """A word of a transcript."""
    told = {
        "type": "pronunciation",
        "alternatives": [{"confidence": str(sure), "content": content}],
        "start_time": str(start),
        "end_time": str(end),
    }
    return told | ({"speaker_label": speaker} if speaker else {})


def sign(content: str) -> dict[str, Any]:
    """What stands between words."""
    return {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": content}]}


@pytest.fixture
def account(bucket_service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """A new bucket, and services that know nothing yet."""
    with standing_in() as rekognition:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL_S3": bucket_service,
            "AWS_ENDPOINT_URL_TRANSCRIBE": bucket_service,
            "AWS_ENDPOINT_URL_REKOGNITION": rekognition.url,
        }.items():
            monkeypatch.setenv(name, value)
        session = boto3.session.Session(region_name=REGION)
        options = Options(bucket=f"staging-{uuid4().hex[:12]}", region=REGION)
        found = Account(options, session.client("s3"), session.client("transcribe"), rekognition)
        where = {"LocationConstraint": REGION}
        found.bucket.create_bucket(Bucket=options.bucket, CreateBucketConfiguration=where)
        yield found


@pytest.fixture
def engine(account: Account, monkeypatch: pytest.MonkeyPatch) -> AwsEngine:
    """The engine of this account. moto's jobs write nothing: their transcript is written when they are begun."""
    begin = hearing.start

    def start(work: Work, key: str, *, options: Options, clients: Any) -> str:
        job_id = begin(work, key, options=options, clients=clients)
        document = {"jobName": job_id, "accountId": "1", "status": "COMPLETED", "results": account.heard}
        body = json.dumps(document, ensure_ascii=False).encode()
        account.bucket.put_object(Bucket=options.bucket, Key=staging.transcript_key(options, work), Body=body)
        return job_id

    monkeypatch.setattr(hearing, "start", start)
    return AwsEngine(lambda: account.options)
