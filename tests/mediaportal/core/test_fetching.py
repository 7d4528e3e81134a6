"""Safe HTTP out: what is refused before a byte is sent, and what is refused of what comes back."""

import ssl
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from mediaportal.core import fetching
from mediaportal.core.fetching import AnswerTooLarge, ConnectionBroke, FetchFailed, Limits, UrlNotAllowed
from tests.origins import LOOPBACK, Visit, certificate_for, serving

LIMITS = Limits(most_bytes=1_000_000, total=20, opening=10, connect=5, idle=5)

# However a private machine is written, it is not fetched from.
REFUSED = [
    # the machine itself
    "http://127.0.0.1/", "http://127.0.0.1:8000/", "http://127.8.9.1/", "https://127.0.0.1/", "http://127.0.0.1./",
    "http://0.0.0.0/", "http://0.1.2.3/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/",
    # other spellings of it
    "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://0x7f.1/", "http://127.0.0.0x1/", "http://127.0.0.01/",
    "http://１２７.０.０.１/", "http://127。0。0。1/", "http://127．0．0．1/", "http://①②⑦.⓪.⓪.①/", "http://0/",
    "http://00/", "http://0x/", "http://4294967296/", "http://127.0.0.1.1/", "http://%31%32%37.0.0.1/",
    # private networks
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/",
    "http://100.127.255.254/", "http://192.0.0.8/", "http://192.0.2.1/", "http://198.18.0.1/", "http://198.19.255.1/",
    "http://198.51.100.7/", "http://203.0.113.7/", "http://192.88.99.1/", "http://224.0.0.1/", "http://239.1.1.1/",
    "http://240.0.0.1/", "http://255.255.255.255/",
    # what tells a machine its secrets
    "http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/", "http://169.254.0.1/",
    "http://[fd00:ec2::254]/", "http://[fd20:ce::254]/", "http://100.100.100.200/", "http://168.63.129.16/",
    "http://192.0.0.192/",
    # version 6, and version 4 inside it
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:a9fe:a9fe]/", "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::1]/",
    "http://[2001::1]/", "http://[2001:0:a9fe:a9fe::]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[fc00::1]/",
    "http://[fd12:3456::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[2001:2::1]/", "http://[100::1]/",
    "http://[3fff::1]/", "http://[5f00::1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/",
    "http://[2606:4700::1%lo]/",
    # other machinery
    "file:///etc/passwd", "ftp://example.org/a.mp4", "gopher://example.org/", "data:image/png;base64,AA==",
    "dict://example.org/", "jar:http://example.org/", "unix:///run/x.sock", "//example.org/a", "example.org/a", "http:",
    "http:///a", "http://", "https:example.org", "javascript:alert(1)", "",
    # names and passwords, and what readers take differently
    "http://user@example.org/", "http://user:pass@example.org/", "http://example.org@127.0.0.1/", "http://@example.org/",
    "http://example.org\\@127.0.0.1/", "http://example.org\t/", "http://exa mple.org/", "http://example.org/a\r\nX: y",
    "http://[::1]evil.example/", "http://evil.example[::1]/", "http://[::1/", "http://[127.0.0.1]/", "http://[]/",
    "http://.example.org/", "http://a..b/", "http://-a.example/", "http://exa%6dple.org/", "http://a,b/",
    "http://ex\u200bample.org/", "http://" + "a" * 64 + ".org/", "http://example.org/" + "a" * 2000,
    # doors of other things
    "http://example.org:22/", "http://example.org:25/", "http://example.org:6379/", "http://example.org:5432/",
    "http://example.org:0/", "http://example.org:65536/", "http://example.org:-1/", "http://example.org:8o/",
    "http://example.org:11211/", "http://example.org:2375/",
]  # fmt: skip


def public(_host: str, _port: int) -> Sequence[str]:
    """A resolver that knows one public machine."""
    return ["93.184.215.14"]


def here(_host: str, _port: int) -> Sequence[str]:
    """A resolver that sends every name to this machine."""
    return ["127.0.0.1"]


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.IMPORT_ALLOWED_NETWORKS = LOOPBACK


def body_of(url: str, *, limits: Limits = LIMITS, **more: Any) -> bytes:
    with fetching.fetch(url, limits=limits, **more) as answer:
        return b"".join(answer.pieces())


def test_the_table_is_long_enough() -> None:
    assert len(set(REFUSED)) == len(REFUSED) > 100


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_not_plainly_public_is_refused(url: str) -> None:
    with pytest.raises(UrlNotAllowed):
        fetching.check(url, resolver=public)
    with pytest.raises(UrlNotAllowed), fetching.fetch(url, limits=LIMITS, resolver=public):
        pass


@pytest.mark.parametrize(
    ("url", "host", "authority", "path"),
    [
        ("http://example.org", "example.org", "example.org", "/"),
        ("HTTPS://EXAMPLE.org:443/A?b=c#d", "example.org", "example.org", "/A?b=c"),
        ("http://example.org.:8080/ü", "example.org", "example.org:8080", "/%C3%BC"),
        ("http://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", "/"),
        ("http://مثال.إختبار/", "xn--mgbh0fb.xn--kgbechtv", "xn--mgbh0fb.xn--kgbechtv", "/"),
        ("https://8.8.8.8/x%20y", "8.8.8.8", "8.8.8.8", "/x%20y"),
        ("http://[2606:4700:0:0::1111]:8443/", "2606:4700::1111", "[2606:4700::1111]:8443", "/"),
        ("http://1.example/", "1.example", "1.example", "/"),
        ("http://exa_mple.org/", "exa_mple.org", "exa_mple.org", "/"),
    ],
)
def test_public_addresses_are_read_in_one_way(url: str, host: str, authority: str, path: str) -> None:
    target = fetching.check(url, resolver=public)
    assert (target.host, target.authority, target.path) == (host, authority, path)
    assert fetching.parse(target.url) == target


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["93.184.215.14", "10.1.2.3"],
        ["2606:4700::1111", "::1"],
        ["::ffff:10.0.0.1"],
        ["fe80::1%eth0"],
        ["169.254.169.254"],
        ["not an address"],
    ],
)
def test_names_that_lead_to_private_machines_are_refused(answer: list[str]) -> None:
    def resolver(_host: str, _port: int) -> Sequence[str]:
        return answer

    with pytest.raises(UrlNotAllowed):
        fetching.check("http://innocent.example/", resolver=resolver)
    with (
        pytest.raises(UrlNotAllowed),
        fetching.fetch("http://innocent.example/", limits=LIMITS, resolver=resolver),
    ):
        pass


def test_names_without_a_machine() -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    with pytest.raises(FetchFailed), fetching.fetch("http://nobody.example/", limits=LIMITS, resolver=nobody):
        pass
    assert fetching.check("http://nobody.example/", resolver=nobody).host == "nobody.example"


def test_a_resolver_that_does_not_answer_is_left(allowed: None) -> None:
    over = threading.Event()

    def asleep(_host: str, _port: int) -> Sequence[str]:
        over.wait(20)
        return ["127.0.0.1"]

    limits = Limits(most_bytes=10, connect=0.1)
    with (
        pytest.raises(ConnectionBroke),
        fetching.fetch("http://slow.example/", limits=limits, resolver=asleep),
    ):
        pass
    fetching.check("http://slow.example/", resolver=asleep, seconds=0.1)
    over.set()


def test_an_operator_may_open_a_network_but_never_metadata(settings: Any) -> None:
    settings.IMPORT_ALLOWED_NETWORKS = [ip_network(text) for text in ("0.0.0.0/0", "::/0")]
    for url in (
        "http://10.1.2.3/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[fd12::1]/",
        "http://[::ffff:10.0.0.1]/",
    ):
        fetching.check(url)
    for url in (
        "http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::1]/", "http://[::a9fe:a9fe]/", "http://0.0.0.0/",
    ):  # fmt: skip
        with pytest.raises(UrlNotAllowed):
            fetching.check(url)
    settings.IMPORT_ALLOWED_NETWORKS = [ip_network("64:ff9b::/96")]
    fetching.check("http://[64:ff9b::8.8.8.8]/")
    with pytest.raises(UrlNotAllowed):
        fetching.check("http://[64:ff9b::10.0.0.1]/")


def test_what_is_shown_of_an_address() -> None:
    assert (
        fetching.shown("https://u:p@example.org:8443/a/b.mp4?token=secret#x")
        == "https://example.org:8443/a/b.mp4"
    )


def test_a_file_is_fetched_with_nothing_of_ours(allowed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(lambda visit: visit.answer(body=b"bytes", ETag='"1"')) as origin:
        with fetching.fetch(origin.url("/a?b=c"), limits=LIMITS) as answer:
            assert (answer.status, answer.length, answer.headers["etag"]) == (200, 5, '"1"')
            assert b"".join(answer.pieces()) == b"bytes"
            assert answer.url == origin.url("/a?b=c")
        assert origin.seen == [
            {
                ":path": "/a?b=c",
                "Host": f"127.0.0.1:{origin.port}",
                "User-Agent": "Mediaportal",
                "Accept-Encoding": "identity",
                "Connection": "close",
            }
        ]


def test_the_connection_goes_to_the_address_that_was_checked(settings: Any) -> None:
    """A resolver that answers another machine the second time is asked once only."""
    settings.IMPORT_ALLOWED_NETWORKS = [ip_network("127.0.0.1/32")]
    answers = [["127.0.0.1"], ["127.0.0.2"]]

    def rebinding(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    with serving(lambda visit: visit.answer(body=b"x")) as origin:
        url = origin.url(host="rebinding.example")
        assert body_of(url, resolver=rebinding) == b"x"
        assert origin.seen[0]["Host"] == f"rebinding.example:{origin.port}"
        with pytest.raises(UrlNotAllowed):
            body_of(url, resolver=rebinding)
        assert len(origin.seen) == 1


def test_every_hop_is_looked_up_and_checked_again(settings: Any) -> None:
    settings.IMPORT_ALLOWED_NETWORKS = [ip_network("127.0.0.1/32")]
    answers = [["127.0.0.1"], ["127.0.0.2"]]

    def rebinding(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    def script(visit: Visit) -> None:
        visit.answer(302, Location="/again")

    with serving(script) as origin:
        with pytest.raises(UrlNotAllowed):
            body_of(origin.url(host="rebinding.example"), resolver=rebinding)
        assert [one[":path"] for one in origin.seen] == ["/film.mp4"]


@pytest.mark.parametrize(
    "goal",
    [
        "http://10.0.0.1/", "http://169.254.169.254/latest/", "//192.168.0.1/x", "http://[::1]/", "file:///etc/passwd",
        "ftp://example.org/", "gopher://example.org:70/_x", "http://user:pass@127.0.0.1/", "http://127.1/",
        "http://example.org:25/", "http://[", "\\\\127.0.0.1\\x",
    ],
)  # fmt: skip
def test_redirects_out_of_the_public_are_refused(allowed: None, goal: str) -> None:
    with serving(lambda visit: visit.answer(302, Location=goal)) as origin:
        with pytest.raises(UrlNotAllowed):
            body_of(origin.url())
        assert len(origin.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(allowed: None, status: int) -> None:
    def script(visit: Visit) -> None:
        if visit.path == "/film.mp4":
            visit.answer(status, Location="../other/film.mp4?x=1", Set_Cookie="a=b")
        else:
            visit.answer(body=b"there")

    with serving(script) as origin:
        assert body_of(origin.url()) == b"there"
        assert [one[":path"] for one in origin.seen] == ["/film.mp4", "/other/film.mp4?x=1"]
        assert "Cookie" not in origin.seen[1]


def test_redirects_without_end_are_given_up(allowed: None) -> None:
    with serving(lambda visit: visit.answer(302, Location=visit.path + "x")) as origin:
        with pytest.raises(FetchFailed, match="more than 5"):
            body_of(origin.url("/x"))
        assert len(origin.seen) == 6


def test_what_is_sent_is_not_sent_on(allowed: None) -> None:
    with serving(lambda visit: visit.answer(307, Location="/else")) as origin:
        with fetching.fetch(origin.url(), limits=LIMITS, method="POST", body=b"{}") as answer:
            assert answer.status == 307
        assert (origin.seen[0]["Content-Length"], len(origin.seen)) == ("2", 1)


def test_certificates_are_checked_against_the_name(
    allowed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for("films.example", tmp_path)
    with serving(lambda visit: visit.answer(body=b"safe"), certificate=certificate) as origin:
        url = origin.url(host="films.example", scheme="https")
        with pytest.raises(FetchFailed, match="certificate"):  # of an issuer that nobody knows
            body_of(url, resolver=here)
        make = ssl.create_default_context
        monkeypatch.setattr(ssl, "create_default_context", lambda: make(cafile=str(certificate)))
        assert body_of(url, resolver=here) == b"safe"
        with pytest.raises(FetchFailed, match="certificate"):  # good, but somebody else's
            body_of(origin.url(host="other.example", scheme="https"), resolver=here)
        with pytest.raises(FetchFailed, match="certificate"):
            body_of(origin.url(scheme="https"))
        assert len(origin.seen) == 1


def test_https_is_not_left_for_http(allowed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = certificate_for("films.example", tmp_path)
    make = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: make(cafile=str(certificate)))
    goal = "http://films.example/"
    with (
        serving(lambda visit: visit.answer(302, Location=goal), certificate=certificate) as origin,
        pytest.raises(UrlNotAllowed, match="https to http"),
    ):
        body_of(origin.url(host="films.example", scheme="https"), resolver=here)


def test_a_door_that_speaks_no_https_or_nothing(allowed: None) -> None:
    with serving(lambda visit: visit.answer()) as origin, pytest.raises(ConnectionBroke, match="https"):
        body_of(origin.url(scheme="https"))
    with pytest.raises(ConnectionBroke, match="does not answer"):
        body_of(origin.url())


def test_too_much_is_refused_by_its_header_and_as_it_comes(allowed: None) -> None:
    few = Limits(most_bytes=10)
    with serving(lambda visit: visit.answer(body=b"x" * 11)) as origin, pytest.raises(AnswerTooLarge):
        body_of(origin.url(), limits=few)

    def unannounced(visit: Visit) -> None:
        visit.head()
        visit.wfile.write(b"x" * 11)

    def chunked(visit: Visit) -> None:
        visit.head(Transfer_Encoding="chunked")
        visit.wfile.write(b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n")

    for script in (unannounced, chunked):
        with serving(script) as origin:
            with pytest.raises(AnswerTooLarge):
                body_of(origin.url(), limits=few)
            assert body_of(origin.url()) == b"x" * 11


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "br"},
        {"Transfer_Encoding": "gzip, chunked"},
        {"Transfer_Encoding": "chunked"},
        {"Content_Length": "-1"},
        {"Content_Length": "5x"},
    ],
)
def test_packed_and_ambiguous_answers_are_refused(allowed: None, headers: dict[str, str]) -> None:
    with serving(lambda visit: visit.answer(200, b"x", **headers)) as origin, pytest.raises(FetchFailed):
        body_of(origin.url())


def test_a_body_that_ends_early_is_told_from_a_whole_one(allowed: None) -> None:
    def chunked(visit: Visit) -> None:
        visit.head(Transfer_Encoding="chunked")
        visit.wfile.write(b"5\r\nabc")

    for script in (lambda visit: visit.answer(body=b"abc", Content_Length="5"), chunked):
        with serving(script) as origin, pytest.raises(ConnectionBroke, match="before the file did"):
            body_of(origin.url())


def test_what_is_no_answer_is_refused(allowed: None) -> None:
    def rubbish(visit: Visit) -> None:
        visit.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    def endless_head(visit: Visit) -> None:
        visit.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2000 + b"\r\n")

    for script in (rubbish, endless_head, lambda _visit: None):
        with serving(script) as origin, pytest.raises(ConnectionBroke):
            body_of(origin.url())


def drip(visit: Visit, pieces: bytes, over: threading.Event) -> None:
    """Send a byte every now and then, for longer than anybody waits."""
    for byte in pieces:
        visit.wfile.write(bytes([byte]))
        if over.wait(0.05):
            return


@pytest.mark.parametrize(
    "limits",
    [
        Limits(most_bytes=10_000, opening=0.3, idle=10),
        Limits(most_bytes=10_000, total=0.3, idle=10),
    ],
)
def test_a_head_that_drips_has_an_end(allowed: None, limits: Limits) -> None:
    over = threading.Event()
    began = time.monotonic()
    with serving(lambda visit: drip(visit, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, over)) as origin:
        with pytest.raises(ConnectionBroke, match="in time"):
            body_of(origin.url(), limits=limits)
        over.set()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(most_bytes=10_000, total=0.4, idle=10), "in time"),
        (Limits(most_bytes=10_000, window=0.2, least_bytes=100), "too slowly"),
    ],
)
def test_a_body_that_drips_has_an_end(allowed: None, limits: Limits, words: str) -> None:
    over = threading.Event()

    def script(visit: Visit) -> None:
        visit.head(Content_Length="1000")
        drip(visit, b"x" * 1000, over)

    with serving(script) as origin:
        with pytest.raises(ConnectionBroke, match=words):
            body_of(origin.url(), limits=limits)
        over.set()


def test_silence_has_an_end(allowed: None) -> None:
    over = threading.Event()

    def script(visit: Visit) -> None:
        visit.head(Content_Length="5")
        over.wait(20)

    with serving(script) as origin:
        with pytest.raises(ConnectionBroke, match="in time"):
            body_of(origin.url(), limits=Limits(most_bytes=10, idle=0.2))
        over.set()


def test_the_head_alone_can_be_asked_for(allowed: None) -> None:
    with (
        serving(lambda visit: visit.head(Content_Length="5")) as origin,
        fetching.fetch(origin.url(), limits=LIMITS, method="HEAD") as answer,
    ):
        assert (answer.headers["Content-Length"], b"".join(answer.pieces())) == ("5", b"")
