"""One table of what is refused, held against every way in: the same file meets the same refusal, wherever it comes."""

import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from assets.doors import uploads as form_door
from assets.doors.arriving import Turnstile
from assets.models import Asset, UploadSession
from assets.services import guests, importing, places
from assets.services.folders import claims, taking
from assets.services.folders.listing import files_in, offers
from assets.services.wishes import Wishes
from mediaportal.accounts.models import User
from processing.models import Job, Queue, Status
from processing.services import leases, running
from tests import clamav
from tests.asgi import request
from tests.clamav import eicar
from tests.direct import BASE, SIGNED_URL, refresh, send, send_parts
from tests.factories import GuestLinkFactory, UserFactory
from tests.forms import CONTENT_TYPE, file_part, form, pieces, png
from tests.media import media
from tests.origins import LOOPBACK, serving
from tests.polyglots import DISGUISED, matroska_in_mp4
from tests.tus import create, patch

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_cache"),
]
PICTURE = png()
ACCEPTED = ""


class Ways:
    """Every way in. Each brings one file and returns the code with which it was refused, or `ACCEPTED`."""

    def __init__(self, user: User, folder: Path) -> None:
        self.user, self.folder = user, folder
        self.sender = APIClient()
        self.sender.force_authenticate(user)

    def form(self, content: bytes, name: str) -> str:
        """`POST /api/v1/media/upload`."""
        headers = {"Content-Type": CONTENT_TYPE, "Authorization": f"Bearer {AccessToken.for_user(self.user)}"}
        body = pieces(form(file_part(content, name)), 65_536)
        door = form_door.upload_app(Turnstile())
        answer = request(door, "POST", form_door.PATH, headers=headers, body=body)
        return ACCEPTED if answer.status == 202 else answer.json()["code"]

    def tus(self, content: bytes, name: str) -> str:
        """A resumable upload in two chunks."""
        return self._resumable(content, name, self.user, {})

    def guest(self, content: bytes, name: str) -> str:
        """The same by somebody who was sent a link."""
        link = GuestLinkFactory(created_by=self.user)
        return self._resumable(content, name, None, {"X-Guest-Link": guests.token_of(link)})

    def _resumable(self, content: bytes, name: str, user: User | None, headers: dict[str, str]) -> str:
        answer = create(user, len(content), headers, filename=name)
        half = len(content) // 2
        if answer.status == 201:
            url = answer.headers["location"]
            answer = patch(url, content[:half], 0)
            if answer.status == 204:
                answer = patch(url, content[half:], half)
        return ACCEPTED if answer.status == 204 else answer.json()["code"]

    def s3_parts(self, content: bytes, name: str) -> str:
        """Parts sent straight to the bucket."""
        wish = {"filename": name, "size": len(content)}
        if (answer := self.sender.post(BASE, wish, format="json")).status_code != 201:
            return str(answer.json()["code"])
        upload_id = answer.json()["upload_id"]
        parts = send_parts(self.sender, upload_id, content)
        answer = self.sender.post(f"{BASE}/{upload_id}/complete", {"parts": parts}, format="json")
        return ACCEPTED if answer.status_code == 202 else answer.json()["code"]

    def s3_put(self, content: bytes, name: str) -> str:
        """One signed PUT to the bucket."""
        wish = {"filename": name, "size": len(content)}
        answer = self.sender.post(SIGNED_URL, wish, format="json")
        if answer.status_code != 201:
            return str(answer.json()["code"])
        send(answer.json(), content)
        answer = refresh(self.sender, answer.json()["upload_id"])
        return ACCEPTED if answer.status_code == 202 else answer.json()["code"]

    def address(self, content: bytes, name: str) -> str:
        """Fetched from somebody else's server."""
        with serving(lambda visit: visit.answer(body=content)) as origin:
            session = importing.ask(user=self.user, url=origin.url(f"/{name}"), wishes=Wishes())
            assert importing.run_next()
        session.refresh_from_db()
        return session.error_code

    def watch(self, content: bytes, name: str) -> str:
        """Laid into the watched folder."""
        claims.lay_out(self.folder)
        (self.folder / name).write_bytes(content)
        (offer,) = [one for one in offers((), files_in(self.folder)) if one.filename == name]
        outcome = taking.take(claims.claim(self.folder, offer), owner=self.user, stop=Event())
        if outcome == "taken":
            return ACCEPTED
        return (self.folder / "refused" / f"{name}.txt").read_text().splitlines()[0]

    def ingest(self, content: bytes, name: str) -> str:
        """`manage.py ingest`."""
        path = self.folder / name
        path.write_bytes(content)
        said = StringIO()
        try:
            call_command("ingest", str(path), owner=self.user.email, stdout=said)
        except SystemExit:
            codes = re.findall(r"^ +1  (\w+)$", said.getvalue(), re.MULTILINE)
            return "+".join(codes) or said.getvalue()
        return ACCEPTED


# Some of every sort; the one function that they all meet is held to the whole table elsewhere.
REFUSED = [
    "png_zip.png",
    "gif_script.gif",
    "mp4_pdf.mp4",
    "mp4_page.mp4",
    "mp4_program.mp4",
    "mp4_disk.mp4",
    "mkv_rar.mkv",
    "ogg_7z.ogg",
    "dos_mp3.mp3",
    "elf_ftyp.mp4",
    "drawing.jpg",
    "page.jpg",
    "playlist.ts",
    "concat.ts",
    "archive.mp4",
]
WAYS = ["form", "tus", "guest", "s3_parts", "s3_put", "address", "watch", "ingest"]
Way = Callable[[bytes, str], str]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Way]:
    """One way in, for a contributor; afterwards nothing lies where bytes come in."""
    if request.param.startswith("s3"):
        request.getfixturevalue("bucket")
    settings.IMPORT_ALLOWED_NETWORKS = LOOPBACK
    folder = tmp_path / "folder"
    folder.mkdir()
    # Whoever has made a guest link must go on being one who may.
    role = "manager" if request.param == "guest" else "contributor"
    yield getattr(Ways(UserFactory(role=role), folder), request.param)
    assert not list(Path(portal.INCOMING_ROOT).glob("*"))


def work(job: Job) -> Job:
    """Do everything that waits, as workers would, and return the job as it ended."""
    while any(_one_step(queue) for queue in Queue.values):
        pass
    return Job.objects.select_related("asset").get(pk=job.pk)


def _one_step(queue: str) -> bool:
    step = leases.claim(queue=queue, worker="tests")
    if step is not None:
        running.run(step=step)
    return step is not None


def test_what_is_media_becomes_an_asset_that_waits_for_its_scan(way: Way) -> None:
    assert way(PICTURE, "still.png") == ACCEPTED
    asset = Asset.objects.get()
    assert (asset.original_filename, asset.file_size) == ("still.png", len(PICTURE))
    assert (asset.scan_verdict, asset.publication) == ("pending", "held")
    waiting = Job.objects.get(asset=asset).steps.filter(status=Status.PENDING, depends_on=["upload"])
    assert [step.name for step in waiting] == ["scan"]


def test_disguises_and_foreign_types_are_refused_with_their_code(way: Way) -> None:
    assert {name: way(DISGUISED[name][1](), name) for name in REFUSED} == {
        name: DISGUISED[name][0] for name in REFUSED
    }
    assert not Asset.objects.exists()
    assert not UploadSession.objects.exclude(status="failed").exists()


def test_nothing_and_too_much_are_refused(way: Way, settings: Any) -> None:
    assert way(b"", "empty.png") == "empty_file"
    user = User.objects.get()
    user.quota_bytes = len(PICTURE) - 1
    user.save()
    assert way(PICTURE, "quota.png") == "quota_exceeded"
    settings.MAX_FILE_SIZE = len(PICTURE) - 1
    assert way(PICTURE, "large.png") == "file_too_large"
    assert not Asset.objects.exists()


def test_what_only_the_probe_sees_fails_the_job(way: Way) -> None:
    for name, content in (
        ("cut_off.jpg", media("cut_off.jpg").read_bytes()),
        ("film.mp4", matroska_in_mp4()),
    ):
        assert way(content, name) == ACCEPTED
        job = work(Job.objects.get(asset__original_filename=name))
        assert (job.status, job.error_code) == (Status.FAILED, "corrupt_media")
        assert job.asset.publication == "held"


def test_malware_is_locked_away(way: Way, settings: Any, tmp_path: Path) -> None:
    with clamav.running(tmp_path) as scanner:
        settings.SCANNER, settings.CLAMD_URL, settings.SCAN_POLICY = "clamd", scanner.url, "required"
        settings.CLAMD_MAX_BYTES = clamav.MOST_BYTES
        assert way(PICTURE + eicar(), "carrier.png") == ACCEPTED
        job = work(Job.objects.get())
    assert (job.status, job.error_code) == (Status.FAILED, "malware_found")
    asset = job.asset
    assert (asset.scan_verdict, asset.publication) == ("infected", "blocked")
    assert asset.storage_key.startswith("quarantine/")
    with places.local_file(asset.storage_key) as path:
        assert path.read_bytes().endswith(eicar())
