"""What all cases of an asset together mean for it: the only place where decisions reach the asset."""

from django.utils import timezone

from analysis.models import Action, Case, CaseStatus, Decision, Ruling
from assets import delivery
from assets.models import Asset, Block, Hold, Visibility
from assets.services import publication
from assets.signals import access_changed
from mediaportal.accounts.ages import AgeRating, strictest
from processing.services import cutting


def settle(*, asset: Asset) -> None:
    """Let an asset stand as its cases say. Must run in a transaction that has locked its work before.

    What less may see than before ends the links to its files: within five seconds nothing of it plays for them. While
    parts are taken out, it is held until there is what is left of it.
    """
    cases = list(Case.objects.filter(asset=asset).exclude(status=CaseStatus.CLOSED))
    before = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    imposed = {
        "imposed_rating": strictest(AgeRating.ALL, *(case.rating for case in cases)),
        "visibility_cap": _tightest([case.cap for case in cases]),
        "blocked_regions": sorted({region for case in cases for region in case.regions}),
        "cut": _taken_out(asset),
    }
    changed = {name: value for name, value in imposed.items() if value != getattr(before, name)}
    if changed:
        Asset.objects.filter(pk=asset.pk).update(**changed, updated_at=timezone.now())
        asset.refresh_from_db()
    publication.give_verdicts(
        asset=asset,
        holds={
            Hold.CASE: any(case.holds for case in cases),
            Hold.CUT: cutting.is_missing(asset),
        },
        blocks={
            Block.POLICY: any(case.blocks and not case.ruling for case in cases),
            Block.DECISION: any(case.blocks and case.ruling == Ruling.REJECTED for case in cases),
        },
    )
    if asset.cut or "cut" in changed:
        cutting.settle(asset=asset)
    if changed:
        access_changed.send(sender=Asset, asset=asset, for_some=True)
    if changed or asset.publication != before.publication:
        delivery.revoke_asset_links(asset=asset)


def _taken_out(asset: Asset) -> list[list[float]]:
    """The parts that the decisions which hold take out, in the order of time; none of them touches another one."""
    holding = Decision.objects.filter(
        case__asset=asset, case__ruling=Ruling.RESTRICTED, action=Action.RESTRICT, effective=True
    ).exclude(case__status=CaseStatus.CLOSED)
    found: list[list[float]] = []
    told = [part for said in holding.values_list("restriction", flat=True) for part in said.get("cut", [])]
    for start, end in sorted([round(float(edge), 3) for edge in part] for part in told):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def _tightest(caps: list[str]) -> str:
    """The tightest of some caps on who may see an asset; empty for none."""
    for one in (Visibility.PRIVATE, Visibility.INTERNAL):
        if one in caps:
            return one
    return ""
