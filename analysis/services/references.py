"""The list of protected works: kept by managers, compared with everything that comes in."""

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from analysis.exceptions import AlreadyReference
from analysis.models import Analysis, Match, ReferenceWork, Type
from analysis.services import orders
from assets import access
from assets.access import Caller
from assets.models import Asset, Visibility
from assets.services import library
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotPermitted


def may_keep(user: Caller) -> bool:
    """May this person see and change the list?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.manage_all_assets")


def listed() -> QuerySet[ReferenceWork]:
    """The list, each work with the status of its `fingerprint`: "completed" once everything is compared with it,
    otherwise that of the last attempt, such as "failed"; empty without one.
    """
    rows = Analysis.objects.filter(asset=OuterRef("asset"), type=Type.FINGERPRINT)
    last = rows.order_by("-is_current", "-created_at").values("status")[:1]
    return ReferenceWork.objects.annotate(fingerprint=Coalesce(Subquery(last), Value("")))


@transaction.atomic
def add(*, user: Caller, asset: Asset, title: str, holder: str = "") -> ReferenceWork:
    """Put an asset on the list: it becomes private, and its fingerprint is ordered, whose matches are told.

    Raises `NotPermitted`, `AlreadyReference`, and as `orders.place` does.
    """
    if not may_keep(user) or not access.can_change(user, asset):
        raise NotPermitted
    try:
        with transaction.atomic():
            work = ReferenceWork.objects.create(
                asset=asset,
                title=title or asset.title,
                holder=holder,
                added_by=access.person(user),
                visibility_before=asset.visibility,
            )
    except IntegrityError as error:
        raise AlreadyReference from error
    # First the order: its work is locked before the asset.
    orders.place(user=user, asset=asset, wish=orders.wish_of(types=[Type.FINGERPRINT]))
    # The one way that is told to whoever watches it.
    library.edit(user=user, asset=asset, visibility=Visibility.PRIVATE)
    record(action="reference.added", target=work, actor=access.person(user), asset=str(asset.pk))
    return work


@transaction.atomic
def remove(*, user: Caller, work: ReferenceWork, give_back: bool = False) -> None:
    """Take a work off the list; its asset stays, private, or with `give_back` to be seen by whom it was before. Raises
    `NotPermitted`, and as `library.edit` does.
    """
    if not may_keep(user):
        raise NotPermitted
    record(action="reference.removed", target=work, actor=access.person(user), title=work.title)
    Match.objects.filter(work=work).update(work=None)
    work.delete()
    # Only what the list itself has made private; what lies in the trash stays as it is.
    shown = work.asset.deleted_at is None and work.asset.visibility == Visibility.PRIVATE
    if give_back and work.visibility_before and shown:
        library.edit(user=user, asset=work.asset, visibility=work.visibility_before)
