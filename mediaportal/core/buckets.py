"""A bucket of an S3-compatible service as Django's storage: django-storages with a time limit on every call.

Credentials are found by boto itself: its environment variables, its files, or the role of the machine.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from botocore.config import Config
from storages.backends.s3 import S3Storage

# Seconds without a byte after which a call has failed, and how often it is tried. Checksums that only AWS knows are
# sent where a call cannot do without them, so that other services understand the rest.
LIMITS = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 4, "mode": "standard"},
    max_pool_connections=32,
    signature_version="s3v4",
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class BucketStorage(S3Storage):
    """The bucket that holds the portal's files. Each thread has clients of its own, made when it first needs them."""

    bucket_name: str
    public_endpoint_url: str
    client_config: Config
    custom_domain: str | None
    cloudfront_signer: Any

    def __init__(self, **settings: Any) -> None:
        """As django-storages does, and `public_endpoint_url`: where browsers reach the same bucket."""
        super().__init__(**settings)
        self.client_config = self.client_config.merge(LIMITS)

    def get_default_settings(self) -> dict[str, Any]:
        """The options and what they are when nobody says otherwise; files have no access list of their own."""
        found: dict[str, Any] = super().get_default_settings()
        return found | {"public_endpoint_url": "", "file_overwrite": True, "default_acl": None}

    @property
    def client(self) -> Any:
        """This thread's client for the bucket; it may be lent to other threads."""
        return self.connection.meta.client

    def signer(self) -> Any:
        """This thread's client for making addresses that browsers use; it sends nothing itself."""
        if not self.public_endpoint_url:
            return self.client
        return self._further("signer", endpoint_url=self.public_endpoint_url, config=self.client_config)

    def sending_url(self, full_key: str, *, seconds: int, mime_type: str, disposition: str) -> str:
        """An address under which anybody may get an object for so many seconds, with these two headers: one of the CDN
        where there is one (CloudFront, with the key that signs for it), else of the bucket.
        """
        if self.cloudfront_signer is not None:
            told = {"response-content-type": mime_type, "response-content-disposition": disposition}
            # Not by `url`, which would write a blank as a plus sign.
            query = urlencode(told, quote_via=quote, safe="")
            signed: str = self.cloudfront_signer.generate_presigned_url(
                f"https://{self.custom_domain}/{quote(full_key)}?{query}",
                date_less_than=datetime.now(UTC) + timedelta(seconds=seconds),
            )
            return signed
        presigned: str = self.signer().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket_name,
                "Key": full_key,
                "ResponseContentType": mime_type,
                "ResponseContentDisposition": disposition,
            },
            ExpiresIn=seconds,
        )
        return presigned

    def asker(self, *, seconds: float) -> Any:
        """This thread's client for asking once whether the bucket answers within so many seconds."""
        once = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
        return self._further(
            f"asker-{seconds}", endpoint_url=self.endpoint_url, config=self.client_config.merge(once)
        )

    def full_key(self, key: str) -> str:
        """A storage key with the prefix that it has in the bucket; raises `SuspiciousOperation` for `..`."""
        found: str = self._normalize_name(key)
        return found

    def _further(self, name: str, **facts: Any) -> Any:
        """One more client of this thread, made when it is first needed."""
        if not hasattr(self._connections, name):
            made = self._create_session().client(
                "s3", region_name=self.region_name, verify=self.verify, **facts
            )
            setattr(self._connections, name, made)
        return getattr(self._connections, name)
