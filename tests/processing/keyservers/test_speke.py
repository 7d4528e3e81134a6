"""The client of key servers, against one that checks what it is sent, over real HTTP."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from processing.keyservers import KeyServerAway, KeyServerRefused, WantedKey, cpix
from processing.keyservers.speke import SpekeServer
from tests import speke
from tests.origins import Visit, certificate_for, serving
from tests.speke import KeyServer, key_for, key_server

EVERY = tuple(cpix.SYSTEM_IDS)
WANTED = [WantedKey(uuid4(), "SD"), WantedKey(uuid4(), "HD"), WantedKey(uuid4(), "AUDIO")]


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with key_server() as found:
        yield found


def client_of(url: str, **facts: object) -> SpekeServer:
    made = SpekeServer(url=url, systems=EVERY, user=speke.USER, password=speke.PASSWORD, seconds=5)
    return replace(made, **facts)  # type: ignore[arg-type]  # of any field


def ask(client: SpekeServer) -> list[bytes]:
    found = client.keys(content_id="a set", scheme="cbcs", wanted=WANTED)
    assert [one.kid for one in found] == [one.kid for one in WANTED]
    return [one.key for one in found]


def test_keys_are_asked_for_and_come(server: KeyServer) -> None:
    assert ask(client_of(server.url)) == [key_for(one.kid) for one in WANTED]
    assert server.refused == []
    (head,) = server.headers
    assert (head["Content-Type"], head["X-Speke-Version"]) == ("application/xml", "2.0")
    (document,) = server.documents
    assert document.get("contentId") == "a set"


def test_a_wrong_password_is_refused(server: KeyServer) -> None:
    with pytest.raises(KeyServerRefused, match="answers 422") as refused:
        ask(client_of(server.url, password="wrong"))
    assert "wrong" not in str(refused.value)
    assert server.refused == ["nobody whom this server knows"]


def test_requests_are_signed_as_aws_wants_it(server: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not a secret of anybody")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a session")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    ask(client_of(server.url, aws_region="eu-central-1"))
    (head,) = server.headers
    signed = head["Authorization"]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/execute-api/aws4_request" in signed
    assert "host;x-amz-date;x-amz-security-token" in signed
    assert head["X-Amz-Security-Token"] == "a session" and head["X-Amz-Date"]
    assert "secret of anybody" not in str(head)


def test_nobody_to_sign_may_come_back(server: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _self: None)
    with pytest.raises(KeyServerAway, match="no credentials"):
        ask(client_of(server.url, aws_region="eu-central-1"))
    assert server.headers == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 425, 429])
def test_a_server_that_cannot_just_now_may_be_asked_again(status: int) -> None:
    with (
        serving(lambda visit: visit.answer(status, b"later")) as origin,
        pytest.raises(KeyServerAway, match=str(status)),
    ):
        ask(client_of(origin.url()))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 204, 304])
def test_a_server_that_will_not_is_believed(status: int) -> None:
    with (
        serving(lambda visit: visit.answer(status)) as origin,
        pytest.raises(KeyServerRefused, match=str(status)),
    ):
        ask(client_of(origin.url()))


def test_no_redirect_is_followed(server: KeyServer) -> None:
    def elsewhere(visit: Visit) -> None:
        visit.answer(307, Location=server.url)

    with serving(elsewhere) as origin, pytest.raises(KeyServerRefused, match="answers 307"):
        ask(client_of(origin.url()))
    assert server.headers == []


def test_a_server_that_is_not_there_may_come_back(server: KeyServer) -> None:
    assert server.origin is not None
    with serving(lambda visit: visit.answer()) as gone:
        url = gone.url()
    with pytest.raises(KeyServerAway, match="does not answer"):
        ask(client_of(url))


def test_a_server_that_answers_too_slowly_may_come_back() -> None:
    def slow(visit: Visit) -> None:
        visit.head(200, Content_Length="100000")
        for _byte in range(100):
            visit.wfile.write(b" ")
            visit.wfile.flush()
            time.sleep(0.05)

    with serving(slow) as origin, pytest.raises(KeyServerAway):
        ask(client_of(origin.url(), seconds=0.3))


def test_an_answer_without_end_is_refused() -> None:
    def endless(visit: Visit) -> None:
        visit.head(200, Content_Length=str(1 << 30))

    with serving(endless) as origin, pytest.raises(KeyServerRefused, match="cannot be read"):
        ask(client_of(origin.url()))


def test_a_certificate_that_is_not_good_is_refused(tmp_path: Path) -> None:
    certificate = certificate_for("localhost", tmp_path)
    with serving(lambda visit: visit.answer(), certificate=certificate) as origin:
        with pytest.raises(KeyServerRefused, match="certificate"):
            ask(client_of(origin.url(host="localhost", scheme="https")))
        assert origin.seen == []


def test_neither_password_nor_keys_are_shown(server: KeyServer) -> None:
    client = client_of(server.url)
    found = client.keys(content_id="a set", scheme="cbcs", wanted=WANTED)
    assert speke.PASSWORD not in repr(client)
    for one in found:
        assert one.key.hex() not in repr(found) and repr(one.key) not in repr(found)
