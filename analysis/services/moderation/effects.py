"""What a decision would change for an asset, said before it is made."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from analysis import access
from analysis.models import Action, Case, CaseSource, CaseStatus, Ruling
from assets.models import Asset, Block, Hold, Publication
from assets.services import publication
from mediaportal.accounts.models import User


class Effect(TextChoices):
    """What becomes of an asset."""

    PUBLISHED = "published", pgettext_lazy("effect", "goes live")
    HELD = "held", pgettext_lazy("effect", "is held")
    BLOCKED = "blocked", pgettext_lazy("effect", "is blocked")
    RESTRICTED = "restricted", pgettext_lazy("effect", "is shown to fewer people")
    NOTHING = "nothing", pgettext_lazy("effect", "stays as it is")
    HIDDEN = "hidden", pgettext_lazy("effect", "is told after the second look")


EFFECTS = tuple(Effect.values)
_BY_PUBLICATION = {
    Publication.PUBLISHED: Effect.PUBLISHED,
    Publication.HELD: Effect.HELD,
    Publication.BLOCKED: Effect.BLOCKED,
}


def foresee(*, cases: Sequence[Case], action: str, user: User) -> dict[UUID, Effect]:
    """What follows for the asset of each of these cases, which came with their assets, when all of them are decided so;
    one query. Of a blind second look nothing is told: it would tell what the first one said.
    """
    assets = {case.asset_id for case in cases}
    mine = {case.pk for case in cases}
    others: dict[UUID, list[Case]] = {pk: [] for pk in assets}
    rows = Case.objects.filter(asset__in=assets).exclude(status=CaseStatus.CLOSED).exclude(pk__in=mine)
    for other in rows.only("asset_id", "holds", "blocks", "ruling"):
        others[other.asset_id].append(other)
    of_guests = {case.asset_id for case in cases if case.source == CaseSource.GUEST}
    told = {}
    for case in cases:
        if access.looks_blindly(user, case):
            told[case.pk] = Effect.HIDDEN
        elif action == Action.ESCALATE:
            told[case.pk] = Effect.NOTHING
        else:
            let_go = {Hold.GUEST} if case.asset_id in of_guests and action != Action.REJECT else set()
            told[case.pk] = _effect(case.asset, others[case.asset_id], action, let_go=let_go)
    return told


def _effect(asset: Asset, others: Sequence[Case], action: str, *, let_go: set[Hold]) -> Effect:
    """What becomes of an asset whose other cases stay, and whose holds in `let_go` end; adds up as `standing.settle`
    does.
    """
    holds = set(asset.holds) - {Hold.CASE} - let_go
    holds |= {Hold.CASE} if any(one.holds for one in others) else set()
    blocks = set(asset.blocks) - {Block.POLICY, Block.DECISION}
    if any(one.blocks and not one.ruling for one in others):
        blocks.add(Block.POLICY)
    if action == Action.REJECT or any(one.blocks and one.ruling == Ruling.REJECTED for one in others):
        blocks.add(Block.DECISION)
    after = publication.derive(
        scan=asset.scan_verdict,
        processing=asset.processing_verdict,
        policy=publication.policy_of(holds=sorted(holds), blocks=sorted(blocks)),
        released=asset.scan_released_at is not None,
    )
    if after != asset.publication:
        return _BY_PUBLICATION[after]
    return Effect.RESTRICTED if action == Action.RESTRICT else Effect.NOTHING
