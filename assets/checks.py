"""System checks of the storage."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from assets.services import places

_SECONDS = 5.0


@register()
def bucket_is_named(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """A portal that keeps its files in a bucket knows which one; asked at every start."""
    if not places.is_remote() or settings.S3_BUCKET:
        return []
    return [
        Error("STORAGE is s3, but S3_BUCKET names no bucket.", hint="Set S3_BUCKET.", id="assets.E001"),
    ]


@register("machine", deploy=True)
def bucket_answers(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """The bucket is there and lets this machine in."""
    if not places.is_remote() or not settings.S3_BUCKET:
        return []
    try:
        places.ask_bucket(seconds=_SECONDS)
    except (BotoCoreError, ClientError) as error:
        hint = "Look at S3_BUCKET, S3_REGION, S3_ENDPOINT_URL and the credentials that boto finds."
        return [
            Error(f"The bucket {settings.S3_BUCKET} does not answer: {error}", hint=hint, id="assets.E002")
        ]
    return []
