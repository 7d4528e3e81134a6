"""Handing what was claimed to the one acceptance, and bringing each claim to its end, whatever happened before."""

import logging
import threading
from typing import Literal

from django.utils import translation

from assets.exceptions import MayNotUpload, StorageFull, StorageUnavailable, UploadBroken
from assets.models import UploadSession
from assets.services import collections, ingest, limits, uploads
from assets.services.folders import claims
from assets.services.folders.claims import Claim
from assets.services.folders.copying import Changed, Telling, copy_in
from assets.services.folders.listing import readable
from assets.services.names import safe_filename
from assets.services.reasons import said
from mediaportal.accounts.models import User
from mediaportal.core.problems import Conflict, Problem, RateLimited

log = logging.getLogger(__name__)

Outcome = Literal["taken", "refused", "returned"]

# What says nothing about the file: it is tried again later.
PASSING = (StorageFull, StorageUnavailable, MayNotUpload, RateLimited, Conflict, UploadBroken)
_PASSING_CODES = frozenset(problem.code for problem in PASSING)


def take(claim: Claim, *, owner: User, stop: threading.Event) -> Outcome:
    """Bring a claim to its end: into the portal and to `done/`, or to `refused/`; `returned` to its folder when it
    changed meanwhile. Doing it again after any crash goes on where it was.

    Raises `copying.Stopped`, a `Problem` of `PASSING`, `OSError` or what the database raises: the claim stays, to be
    taken again.
    """
    with translation.override(owner.language):
        session = UploadSession.objects.filter(pk=claim.upload_id).first()
        if session is not None and session.status == UploadSession.Status.FAILED:
            if session.error_code not in _PASSING_CODES:
                return _refuse(claim, session.error_code, said(session.error_detail))
            claim, session = claims.renew(claim), None
        if session is None or session.status != UploadSession.Status.ACCEPTED:
            try:
                _bring_in(claim, session, owner=owner, stop=stop)
            except PASSING:
                raise
            except Problem as problem:
                return _refuse(claim, problem.code, str(problem.detail))
            except Changed:
                return _return(claim)
        claims.finish(claim)
        log.info("Taken: %s (upload %s)", claim.place, claim.upload_id)
        return "taken"


def _bring_in(claim: Claim, session: UploadSession | None, *, owner: User, stop: threading.Event) -> None:
    """Copy the bytes and have them accepted; raises the `Problem` with which they are refused."""
    size = sum(path.lstat().st_size for path in claim.paths)
    limits.require_room(size)
    if session is None:
        shelf = collections.reach(user=owner, names=[readable(name) for name in claim.parts])
        session = uploads.begin(
            user=owner,
            upload_id=claim.upload_id,
            bytes_total=size,
            source=UploadSession.Source.FOLDER,
            filename=safe_filename(readable(claim.filename)),
            origin=claim.place,
            metadata={"collection": str(shelf.pk)} if shelf else {},
        )
    try:
        limits.require_size(size)
        path, sha256 = copy_in(
            claim.paths, upload_id=session.pk, stop=stop, progress=Telling(session, total=size)
        )
    except Problem as problem:
        uploads.fail(upload_id=session.pk, problem=problem)
        raise
    ingest.accept_file(session=session, path=path, sha256=sha256)


def _refuse(claim: Claim, code: str, detail: str) -> Outcome:
    """Move it to `refused/` with its reason."""
    claims.refuse(claim, reason=f"{code}\n{detail}\n")
    log.warning("Refused: %s (%s: %s)", claim.place, code, detail)
    return "refused"


def _return(claim: Claim) -> Outcome:
    """Lay it back, because somebody still writes to it, and end its upload."""
    uploads.fail(upload_id=claim.upload_id, problem=UploadBroken())
    claims.undo(claim)
    log.info("Laid back, because it changed while it was read: %s", claim.place)
    return "returned"
