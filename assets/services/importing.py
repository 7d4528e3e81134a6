"""Import by address: somebody names a file in the network, and a worker fetches it.

What is to be fetched stands in PostgreSQL; a message to the workers says only that something waits. A worker holds an
import by a lease that it renews while bytes come, so one that is lost is noticed, and whoever ends the upload is heard.
"""

import logging
import threading
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import StorageUnavailable, UploadTerminated
from assets.models import UploadSession
from assets.services import ingest, limits, uploads
from assets.services.downloading import Download
from assets.services.names import safe_filename
from assets.services.wishes import Wishes
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core import fetching
from mediaportal.core.fetching import FetchFailed
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict, NotFound, NotPermitted, Problem, RateLimited

log = logging.getLogger(__name__)

TASK = "assets.import_next"
QUEUE = "imports"
LEASE = timedelta(minutes=3)
ATTEMPTS = 3
_LOCK = 0x696D706F7274  # the advisory lock under which imports are handed out
_RETRY_SECONDS = 60
_PUT_OFF = timedelta(minutes=1)

shutting_down = threading.Event()
"""Set when this worker has been told to end: what it fetches goes back to the others."""


class _Lost(Exception):
    """The upload was ended, or taken over by another worker."""


class _LetGo(Exception):
    """This worker is to end."""


def ask(*, user: access.Caller, url: str, wishes: Wishes) -> UploadSession:
    """Take down that a file is to be fetched, and wake a worker.

    Raises `MayNotUpload`, `UploadsStopped`, `UrlNotAllowed`, `StorageFull`, `QuotaExceeded`, and `RateLimited` while
    the person has as many imports under way as are allowed.
    """
    person = access.require_upload(user)
    if _open().filter(user=person).count() >= settings.IMPORTS_WAITING:
        raise RateLimited(_("Too many imports at once."), retry_after=_RETRY_SECONDS)
    limits.require_room(0)
    target = fetching.check(url)
    with transaction.atomic():
        session = uploads.begin(
            user=person,
            source=UploadSession.Source.URL,
            origin=target.url,
            filename=safe_filename(wishes.filename) if wishes.filename else "",
            kind=wishes.kind,
            metadata=wishes.metadata,
            options=wishes.options,
            expires_at=timezone.now() + timedelta(hours=settings.UPLOAD_EXPIRE_HOURS),
        )
        record(action="import.requested", target=session, actor=person, url=fetching.shown(target.url))
        wake()
    return session


def cancel(*, user: access.Caller, upload_id: UUID) -> None:
    """End an import of one's own (or anybody's, for those who manage all assets); the worker notices within seconds.

    Raises `NotFound`, `NotPermitted`, and `Conflict` when it has ended or become an asset already.
    """
    sessions = UploadSession.objects.visible_to(user).filter(source=UploadSession.Source.URL)
    session = sessions.filter(pk=upload_id).select_related("user").first()
    if session is None:
        raise NotFound
    if session.user != user and not (isinstance(user, User) and user.has_perm("assets.manage_all_assets")):
        raise NotPermitted
    if not uploads.fail(upload_id=upload_id, problem=UploadTerminated()):
        raise Conflict(_("This upload has ended already."))


def wake() -> None:
    """Tell the workers, once the present transaction has committed, that an import may wait."""
    send = partial(current_app.send_task, TASK, queue=QUEUE, retry=False)
    transaction.on_commit(send, robust=True)


def run_next() -> bool:
    """Fetch the import whose turn it is, to its end; False when none waits or enough are being fetched.

    Whatever is wrong with the file or its server ends the upload with its reason.
    """
    if shutting_down.is_set() or (session := _claim()) is None:
        return False
    hold = _Hold(session)
    try:
        sha256 = Download(session=session, hold=hold).run()
        path = uploads.part_path(session.pk)
        # From here on nothing renews it: a second for each MiB is enough for any storage.
        hold.renew(more=timedelta(seconds=path.stat().st_size >> 20))
        ingest.accept_file(session=session, path=path, sha256=sha256)
    except _Lost:
        log.info("Upload %s was ended or taken over while it was fetched.", session.pk)
    except _LetGo:
        hold.give_back()
    except StorageUnavailable:
        hold.put_off()
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
    return True


def sweep() -> None:
    """End imports that no worker took in time, forget what ended ones need no longer, and wake for those that wait."""
    late = _open().filter(_unheld(), expires_at__lt=timezone.now())
    for upload_id in late.values_list("pk", flat=True):
        uploads.fail(upload_id=upload_id, problem=FetchFailed(_("Nobody came to fetch it in time.")))
    # The rest of an address may hold a secret, which is kept no longer than it is needed.
    ended = UploadSession.objects.filter(source=UploadSession.Source.URL, origin__contains="?")
    for session in ended.exclude(status=UploadSession.Status.UPLOADING).only("origin")[:1000]:
        UploadSession.objects.filter(pk=session.pk).update(origin=fetching.shown(session.origin))
    for _each in range(min(_open().filter(_unheld()).count(), settings.IMPORTS_AT_ONCE)):
        with transaction.atomic():
            wake()


class _Hold:
    """A worker's lease on an import."""

    def __init__(self, session: UploadSession) -> None:
        self._row = UploadSession.objects.filter(
            pk=session.pk, status=UploadSession.Status.UPLOADING, holder=session.holder
        )

    def renew(self, *, more: timedelta = timedelta()) -> None:
        """Go on holding it, for so much longer than usual.

        Raises `_Lost` when it is not ours any longer, `_LetGo` when this worker is to end.
        """
        if shutting_down.is_set():
            raise _LetGo
        now = timezone.now()
        if not self._row.update(held_until=now + LEASE + more, updated_at=now):
            raise _Lost

    def wait(self, seconds: float) -> None:
        """Wait, but not when this worker is told to end."""
        self.renew()
        if shutting_down.wait(seconds):
            raise _LetGo

    def give_back(self) -> None:
        """Let another worker begin at once; it does not count as an attempt."""
        if self._row.update(holder="", held_until=None, attempts=F("attempts") - 1):
            with transaction.atomic():
                wake()

    def put_off(self) -> None:
        """Let it be tried again in a while; it counts as an attempt."""
        self._row.update(holder="", held_until=timezone.now() + _PUT_OFF)


def _open() -> QuerySet[UploadSession]:
    """Imports that have not ended."""
    return UploadSession.objects.filter(
        source=UploadSession.Source.URL, status=UploadSession.Status.UPLOADING
    )


def _unheld() -> Q:
    """Those that no living worker holds."""
    return Q(held_until=None) | Q(held_until__lt=timezone.now())


def _claim() -> UploadSession | None:
    """Take the import that has waited longest of the person who has the fewest under way."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        now = timezone.now()
        running = _open().filter(held_until__gte=now)
        if running.count() >= settings.IMPORTS_AT_ONCE:
            return None
        busy = running.filter(user=OuterRef("user")).order_by().values("user").annotate(n=Count("pk"))
        waiting = (
            _open()
            .filter(_unheld())
            .annotate(busy=Coalesce(Subquery(busy.values("n")), 0, output_field=IntegerField()))
            .select_related("user")
            .order_by("busy", "created_at", "pk")
            .select_for_update(of=("self",), skip_locked=True)
        )
        for session in waiting[: settings.IMPORTS_AT_ONCE + 10]:
            if session.attempts >= ATTEMPTS:
                uploads.fail(
                    upload_id=session.pk, problem=FetchFailed(_("The worker that fetched it was lost."))
                )
                continue
            return _taken(session)
    return None


def _taken(session: UploadSession) -> UploadSession:
    """Write down that this worker has it; it must be through before it expires."""
    now = timezone.now()
    session.holder, session.held_until = str(new_id()), now + LEASE
    session.attempts += 1
    longest = now + timedelta(seconds=settings.IMPORT_SECONDS) + LEASE
    session.expires_at = max(session.expires_at or longest, longest)
    session.save(update_fields=["holder", "held_until", "attempts", "expires_at", "updated_at"])
    return session
