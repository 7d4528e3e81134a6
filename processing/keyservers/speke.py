"""A client of key servers that speak SPEKE v2: one POST of a CPIX document, to one host and nowhere else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import botocore.auth
import botocore.awsrequest
import botocore.session

from mediaportal.core import fetching
from mediaportal.core.fetching import ConnectionBroke, FetchFailed, UrlNotAllowed
from processing.keyservers import KeyServerAway, KeyServerRefused, ServedKey, WantedKey, cpix

VERSION = "2.0"
_SERVICE = "execute-api"
_MOST_BYTES = 4 * 1024**2
_OK = 200
_TEMPORARY = {408, 425, 429}
_SERVER_ERRORS = 500


@dataclass(frozen=True)
class SpekeServer:
    """A key server at an address of the operator's choice. It is asked by name and password, or with `aws_region`
    signed as AWS wants it (with the credentials that boto finds), for what the `systems` of `cpix` want said.

    `seconds` is how long one request may take in all.
    """

    url: str
    systems: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    aws_region: str = ""
    seconds: float = 20.0

    def keys(self, *, content_id: str, scheme: str, wanted: Sequence[WantedKey]) -> list[ServedKey]:
        """The keys that the server gives. Raises `KeyServerAway` and `KeyServerRefused`."""
        document = cpix.request_document(
            content_id=content_id, scheme=scheme, wanted=wanted, systems=self.systems
        )
        answer = self._ask(document)
        return cpix.served_keys(answer, scheme=scheme, wanted=wanted, systems=self.systems)

    def _ask(self, document: bytes) -> bytes:
        """Send a document and return the one that comes back. No redirect is followed."""
        limits = fetching.Limits(
            most_bytes=_MOST_BYTES, total=self.seconds, opening=self.seconds, idle=self.seconds, redirects=0
        )
        try:
            with fetching.fetch(
                self.url,
                limits=limits,
                method="POST",
                headers=self._headers(document),
                body=document,
                anywhere=True,
            ) as answer:
                _require_success(answer.status)
                return b"".join(answer.pieces())
        except ConnectionBroke as error:
            raise KeyServerAway(f"the key server does not answer: {error.detail}") from error
        except (FetchFailed, UrlNotAllowed) as error:
            raise KeyServerRefused(f"the key server's answer cannot be read: {error.detail}") from error

    def _headers(self, document: bytes) -> dict[str, str]:
        """What a request says of itself and of who sends it."""
        headers = {"Content-Type": "application/xml", "X-Speke-Version": VERSION}
        if self.aws_region:
            return headers | self._signed(document, headers)
        if self.user:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return headers

    def _signed(self, document: bytes, headers: dict[str, str]) -> dict[str, str]:
        """The headers that sign a request as AWS's API Gateway wants it (Signature Version 4)."""
        credentials = botocore.session.get_session().get_credentials()
        if credentials is None:
            raise KeyServerAway("there are no credentials to sign with")
        request = botocore.awsrequest.AWSRequest("POST", self.url, data=document, headers=headers)
        botocore.auth.SigV4Auth(credentials, _SERVICE, self.aws_region).add_auth(request)
        return dict(request.headers.items())


def _require_success(status: int) -> None:
    """Raise for an answer that has no keys. What it says besides is not repeated: keys might stand in it."""
    if status == _OK:
        return
    if status >= _SERVER_ERRORS or status in _TEMPORARY:
        raise KeyServerAway(f"the key server answers {status}")
    raise KeyServerRefused(f"the key server answers {status}")
