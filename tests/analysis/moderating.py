"""What tests of moderation begin with: assets of which something was found, and cases of them."""

from collections.abc import Sequence
from typing import Any

from analysis.models import (
    Analysis,
    Batch,
    Case,
    CaseSource,
    Moment,
    MomentKind,
    Order,
    Policy,
    PolicyVersion,
    Type,
)
from analysis.rules import Band, Hit, Outcome, Sighting
from analysis.services.moderation import batches, bulk, judging, opening
from analysis.services.moderation.bulk import Wish
from assets.models import Asset
from assets.services import library
from mediaportal.accounts.models import User
from tests.factories import AssetFactory

NUDITY = {"key": "nudity", "kind": "topic", "names": ["nudity"], "review": 0.6, "block": 0.95}


def policy(
    slug: str = "bare", *rules: dict[str, Any], mode: str = "on", severity: int = 2, **facts: Any
) -> Policy:
    """A policy that is on, of these rules (otherwise one about nudity), in place of the one that comes with the portal;
    `sampling`, `double` and `deadline` go to its version.
    """
    Policy.objects.filter(slug="unsafe").update(mode="off")
    of_version = {name: facts.pop(name) for name in ("sampling", "double", "deadline") if name in facts}
    made = Policy.objects.create(slug=slug, name=slug.capitalize(), **facts)
    made.current = PolicyVersion.objects.create(
        policy=made, number=1, rules=list(rules) or [NUDITY], severity=severity, **of_version
    )
    made.mode = mode
    made.save()
    return made


def found(asset: Asset, *flags: tuple[str, float, float, float], kind: str = MomentKind.MODERATION) -> None:
    """Let an analysis have found these (label, confidence, start, end) in an asset."""
    order = Order.objects.create(asset=asset, types=[Type.MODERATION])
    analysis = Analysis.objects.create(
        order=order, asset=asset, type=Type.MODERATION, status="completed", is_current=True, engine="local"
    )
    Moment.objects.bulk_create(
        Moment(asset=asset, analysis=analysis, kind=kind, label=label, confidence=sure, start=start, end=end)
        for label, sure, start, end in flags
    )


def judged(asset: Asset) -> Asset:
    """The asset after the policies were asked about it."""
    judging.mark(asset_ids=[asset.pk])
    judging.judge_asset(asset_id=asset.pk)
    asset.refresh_from_db()
    return asset


def restored(asset: Asset) -> Asset:
    """The asset as it came back out of the trash, and the policies were asked about it."""
    library.restore(user=asset.uploaded_by, asset=asset)
    judging.judge_asset(asset_id=asset.pk)
    asset.refresh_from_db()
    return asset


def case(asset: Asset | None = None, *, of: Policy | None = None, score: float = 0.8, **facts: Any) -> Case:
    """A waiting case of a published asset, with one hit from second 2 to 4."""
    asset = asset or AssetFactory(published=True)
    under = of or Policy.objects.get(slug="house-rules")
    hit = Hit("nudity", Band.REVIEW, Sighting("moderation", score, 2.0, 4.0, "Explicit Nudity"))
    made = opening.open_case(
        asset=asset,
        policy=under,
        version=under.current,
        source=facts.pop("source", CaseSource.POLICY),
        outcome=Outcome(Band.REVIEW, frozenset(), (hit,)),
        held=facts.pop("held", False),
    )
    if facts:
        Case.objects.filter(pk=made.pk).update(**facts)
        made.refresh_from_db()
    return made


def decided_at_once(person: User, cases: Sequence[Case], wish: Wish) -> Batch:
    """The batch in which a worker has decided on these cases."""
    return worked(bulk.run(user=person, case_ids=[one.pk for one in cases], wish=wish))


def undone_at_once(person: User, batch: Batch) -> Batch:
    """The batch as a worker has taken it back."""
    return worked(bulk.undo(user=person, batch_id=batch.pk))


def worked(batch: Batch) -> Batch:
    """A batch after a worker was at it."""
    batches.go_on(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch
