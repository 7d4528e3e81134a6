"""System checks of the storage."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from assets.services import places
from assets.services.places import bucket

_SECONDS = 5.0


@register()
def bucket_is_named(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """A portal that keeps its files in a bucket knows which one; asked at every start."""
    if not places.is_remote() or settings.S3_BUCKET:
        return []
    return [
        Error("STORAGE is s3, but S3_BUCKET names no bucket.", hint="Set S3_BUCKET.", id="assets.E001"),
    ]


@register()
def sending_is_signed(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """What others are to send can be signed, and is not kept back by another setting; asked at every start."""
    if not places.is_remote() or settings.S3_DELIVERY == "proxy":
        return []
    found: list[CheckMessage] = []
    if settings.LINKS_BOUND_TO_ADDRESS:
        told = f"S3_DELIVERY is {settings.S3_DELIVERY}, but links that are bound to an address never leave the portal."
        found.append(Warning(told, hint="Choose one of the two.", id="assets.W001"))
    if settings.S3_DELIVERY == "cloudfront":
        try:
            bucket.storage().sending_url("", seconds=1, mime_type="video/mp4", disposition="inline")
        except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm) as error:
            told = f"Nothing can be signed for CloudFront: {type(error).__name__}."
            hint = (
                "CLOUDFRONT_KEY_FILE must be the private RSA key (PEM, no passphrase) of CLOUDFRONT_KEY_ID."
            )
            found.append(Error(told, hint=hint, id="assets.E003"))
    return found


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
