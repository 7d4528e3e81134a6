"""The streaming sets that bear the name of a share link: which a visitor plays, and what a job makes of one.

Nothing else is handed to whoever comes by such a link, and to nobody else is such a set.
"""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop

from assets.models import ShareLink
from assets.registry import BurntSet
from processing.exceptions import LeaseLost, StepRefused
from processing.models import Job, Package, Scheme
from processing.packager import DASH_MANIFEST, HLS_MASTER

BEARER = "bearer"
"""The parameter of a job that says whose name it burns in."""

MANIFESTS = {"dash": DASH_MANIFEST, "hls": HLS_MASTER}


def scheme_of(encryption: str) -> str:
    """How the set of a link is encrypted: as its asset is."""
    return encryption or Scheme.CLEAR


def played(link: ShareLink) -> Package | None:
    """The set that a link opens; none while there is none, or none that is encrypted as its asset is by now."""
    made = Package.objects.select_related("asset").filter(share=link, ready_at__isnull=False)
    found = made.order_by("-ready_at").first()
    if found is None or found.asset is None or found.scheme != scheme_of(found.asset.encryption):
        return None
    return found


def set_of(link: ShareLink) -> BurntSet | None:
    """The same set by its files, for whoever signs links to them."""
    found = played(link)
    if found is None:
        return None
    return BurntSet(
        found.pk, found.prefixes[0], {form: MANIFESTS[form] for form in MANIFESTS if form in found.formats}
    )


def of_job(job: Job) -> Package:
    """The set that a job makes; raises `StepRefused` when nobody wants it any more."""
    found = Package.objects.filter(job=job, share__isnull=False).first()
    if found is None:
        sentence = gettext_noop(
            "The link for which this was to be made has ended, or says something else by now."
        )
        raise StepRefused("share_link_ended", sentence)
    return found


def place(prefix: str, *, package_id: UUID, formats: Sequence[str], encrypted_tracks: Sequence[int]) -> None:
    """Write down where a finished set lies. Must run in the transaction that completes its step.

    Raises `LeaseLost` when nobody wants it any more.
    """
    moved = Package.objects.filter(pk=package_id, share__isnull=False).update(
        prefixes=[prefix],
        formats=list(formats),
        encrypted_tracks=list(encrypted_tracks),
        ready_at=timezone.now(),
    )
    if not moved:
        raise LeaseLost("marked")
