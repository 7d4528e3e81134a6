"""One file's way here from another server, with everything that may happen to it on the way."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from assets.exceptions import FileTooLarge, QuotaExceeded, StorageFull, UnsupportedMediaType
from assets.models import UploadSession
from assets.services import downloading, places, uploads
from assets.services.downloading import Download
from mediaportal.core.fetching import ConnectionBroke, FetchFailed, UrlNotAllowed
from mediaportal.core.problems import Problem
from tests.factories import UploadSessionFactory, UserFactory, put_part
from tests.forms import png
from tests.media import media
from tests.origins import LOOPBACK, Origin, Visit, serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

FILE = png() + bytes(range(256)) * 2400  # a picture with something behind it: more than a head


class Quiet:
    """A hold that nobody takes away."""

    def __init__(self) -> None:
        self.renewed = 0

    def renew(self) -> None:
        self.renewed += 1

    def wait(self, seconds: float) -> None:
        self.renewed += 1


@pytest.fixture(autouse=True)
def _here(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMPORT_ALLOWED_NETWORKS = LOOPBACK
    monkeypatch.setattr(downloading, "PAUSES", (0.0, 0.0))


@contextmanager
def session_at(script: Callable[[Visit], None], **facts: Any) -> Iterator[tuple[UploadSession, Origin]]:
    """An import from a server that does as the script says."""
    with serving(script) as origin:
        given = {"source": "url", "filename": "", "bytes_total": None} | facts
        yield UploadSessionFactory(origin=origin.url("/pictures/sea"), **given), origin


def fetched(session: UploadSession) -> bytes:
    """Fetch it, and compare the hash with the bytes."""
    digest = Download(session=session, hold=Quiet()).run()
    content = uploads.part_path(session.pk).read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest
    return content


def part_of(visit: Visit, content: bytes, **headers: str) -> None:
    """Answer as a server does that knows ranges and the file's state."""
    start = int(visit.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    rest = content[start:]
    span = f"bytes {start}-{len(content) - 1}/{len(content)}"
    visit.answer(206, rest, **({"Content_Range": span} | headers))


def test_a_file_comes_whole_with_its_name_and_size() -> None:
    def script(visit: Visit) -> None:
        visit.answer(body=FILE, Content_Disposition='attachment; filename="the sea"')

    with session_at(script) as (session, _origin):
        put_part(session.pk, b"what a lost worker left")
        assert fetched(session) == FILE
    session.refresh_from_db()
    assert (session.filename, session.bytes_total, session.bytes_received) == (
        "the sea.png",
        len(FILE),
        len(FILE),
    )


def test_the_name_that_was_chosen_stays() -> None:
    with session_at(lambda visit: visit.answer(body=FILE), filename="mine") as (session, _origin):
        fetched(session)
    session.refresh_from_db()
    assert session.filename == "mine"


@pytest.mark.parametrize("mark", [{"ETag": '"1"'}, {"Last_Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}])
def test_a_broken_connection_is_gone_on_with(mark: dict[str, str]) -> None:
    def script(visit: Visit) -> None:
        if "Range" in visit.headers:
            part_of(visit, FILE, **mark)
        else:
            visit.head(200, Content_Length=str(len(FILE)), **mark)
            visit.wfile.write(FILE[:300_000])

    with session_at(script) as (session, origin):
        assert fetched(session) == FILE
        assert [one.get("Range") for one in origin.seen] == [None, "bytes=300000-"]
        assert origin.seen[1]["If-Range"] == next(iter(mark.values()))


def other(content: bytes = FILE[::-1]) -> bytes:
    """The same picture changed: another end."""
    return FILE[:300_000] + content[300_000:]


@pytest.mark.parametrize(
    "second",
    [
        lambda visit: visit.answer(200, other(), ETag='"2"'),  # as If-Range wants it
        lambda visit: part_of(visit, other(), ETag='"2"'),
        lambda visit: part_of(visit, other() + b"longer", ETag='"1"'),
        lambda visit: part_of(visit, other(), Content_Range="bytes 5-10/600000"),
        lambda visit: part_of(visit, other(), Content_Range="nonsense"),
        lambda visit: visit.answer(416),
    ],
)
def test_a_file_that_was_changed_is_fetched_anew(second: Callable[[Visit], None]) -> None:
    def script(visit: Visit) -> None:
        if "Range" in visit.headers:
            second(visit)
        elif len(origin.seen) == 1:
            visit.head(Content_Length=str(len(FILE)), ETag='"1"')
            visit.wfile.write(FILE[:300_000])
        else:
            visit.answer(200, other(), ETag='"2"')

    with session_at(script) as (session, origin):
        assert fetched(session) == other()


@pytest.mark.parametrize("mark", [{}, {"ETag": 'W/"1"'}])
def test_without_a_mark_it_begins_anew(mark: dict[str, str]) -> None:
    def script(visit: Visit) -> None:
        if len(origin.seen) == 1:
            visit.head(200, Content_Length=str(len(FILE)), **mark)
            visit.wfile.write(FILE[:300_000])
        else:
            visit.answer(200, FILE, **mark)

    with session_at(script) as (session, origin):
        assert fetched(session) == FILE
        assert "Range" not in origin.seen[1]


def test_a_connection_that_always_breaks_is_given_up() -> None:
    def script(visit: Visit) -> None:
        visit.head(Content_Length=str(len(FILE)))
        visit.wfile.write(FILE[:100])

    with session_at(script) as (session, origin):
        with pytest.raises(ConnectionBroke):
            fetched(session)
        assert len(origin.seen) == 3


def test_a_busy_server_is_asked_again() -> None:
    def script(visit: Visit) -> None:
        visit.answer(503 if len(origin.seen) < 3 else 200, FILE)

    with session_at(script) as (session, origin):
        assert fetched(session) == FILE
        assert len(origin.seen) == 3


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410])
def test_an_answer_that_is_no_file_is_told_at_once(status: int) -> None:
    with session_at(lambda visit: visit.answer(status)) as (session, origin):
        with pytest.raises(FetchFailed, match=str(status)):
            fetched(session)
        assert len(origin.seen) == 1


def test_a_redirect_out_of_the_public_is_told_at_once() -> None:
    def script(visit: Visit) -> None:
        visit.answer(302, Location="http://169.254.169.254/latest/meta-data/")

    with session_at(script) as (session, origin):
        with pytest.raises(UrlNotAllowed):
            fetched(session)
        assert len(origin.seen) == 1


def endless(visit: Visit, first: bytes) -> None:
    """A file that has no end and no size."""
    visit.head()
    visit.wfile.write(first)
    while True:
        visit.wfile.write(bytes(65_536))


def test_what_is_no_media_is_refused_before_it_has_come() -> None:
    script_bytes = b"#!/bin/sh\n" + b"echo hello world\n" * 20_000
    with session_at(lambda visit: endless(visit, script_bytes)) as (session, _origin):
        with pytest.raises(UnsupportedMediaType):
            fetched(session)
        assert uploads.part_path(session.pk).stat().st_size < 2_000_000


def test_another_kind_than_was_announced_is_refused_before_it_has_come() -> None:
    with (
        session_at(lambda visit: endless(visit, media("plain.mp4").read_bytes()), kind="image") as (
            session,
            _origin,
        ),
        pytest.raises(UnsupportedMediaType),
    ):
        fetched(session)


def test_too_large_by_its_header_and_as_it_comes(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 500_000
    for script in (lambda visit: visit.answer(body=FILE), lambda visit: endless(visit, FILE)):
        with session_at(script) as (session, _origin), pytest.raises(FileTooLarge):
            fetched(session)


@pytest.mark.parametrize("problem", [QuotaExceeded, StorageFull])
def test_what_has_no_room_is_refused_before_it_comes(
    problem: type[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = UserFactory(quota_bytes=1000 if problem is QuotaExceeded else None)
    if problem is StorageFull:
        monkeypatch.setattr(places, "free_for_incoming", lambda: 0)
    with session_at(lambda visit: visit.answer(body=FILE), user=user) as (session, _origin):
        with pytest.raises(problem):
            fetched(session)
        assert uploads.part_path(session.pk).stat().st_size == 0


def test_the_time_for_all_tries_together_has_an_end(settings: Any) -> None:
    settings.IMPORT_SECONDS = 0
    with session_at(lambda visit: visit.answer(body=FILE)) as (session, origin):
        with pytest.raises(FetchFailed, match="too long"):
            fetched(session)
        assert not origin.seen


def test_whoever_takes_the_hold_away_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_RENEW_SECONDS", 0.0)

    class Taken(Exception):
        pass

    class Short(Quiet):
        def renew(self) -> None:
            super().renew()
            if self.renewed > 3:
                raise Taken

    with session_at(lambda visit: endless(visit, FILE)) as (session, _origin), pytest.raises(Taken):
        Download(session=session, hold=Short()).run()
