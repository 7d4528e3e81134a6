"""Which of several analyses of one type is shown and searched."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from analysis.access import can_review
from analysis.exceptions import NotCompleted
from analysis.models import Analysis, Status, Type
from analysis.signals import moments_changed
from assets import access
from assets.models import Asset
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotFound, NotPermitted


@transaction.atomic
def show(*, user: access.Caller, analysis: Analysis) -> None:
    """Show this analysis from now on, also when newer ones come. Raises `NotPermitted`, and `NotCompleted`."""
    if analysis.asset is None or not access.can_change(user, analysis.asset):
        raise NotPermitted
    if analysis.type == Type.MODERATION and not can_review(user):
        raise NotPermitted(_("Which look for unsafe content counts is not for owners to choose."))
    # Whoever changes which one is shown takes turns.
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=analysis.asset.pk)
    if not Analysis.objects.filter(pk=analysis.pk, status=Status.COMPLETED).exists():
        raise NotCompleted
    Analysis.objects.filter(asset=asset, type=analysis.type).update(is_current=False, chosen=False)
    Analysis.objects.filter(pk=analysis.pk).update(is_current=True, chosen=True)
    moments_changed.send(sender=Asset, asset=asset)
    record(
        action="analysis.chosen",
        target=analysis,
        actor=access.person(user),
        asset=str(asset.pk),
        type=analysis.type,
        engine=analysis.engine,
    )


def two_of(
    *, user: access.Caller, asset_id: UUID, analysis_id: UUID, other_id: UUID
) -> tuple[Analysis, Analysis]:
    """Two analyses of an asset that a person may play; two queries. Raises `NotFound`."""
    asset = Asset.objects.visible_to(user).filter(pk=asset_id).first()
    if asset is None or not access.can_play(user, asset):
        raise NotFound
    found = Analysis.objects.filter(asset=asset).in_bulk([analysis_id, other_id])
    if len(found) != len({analysis_id, other_id}):
        raise NotFound
    first, second = found[analysis_id], found[other_id]
    first.asset = second.asset = asset
    return first, second
