"""Asking the policies about an asset, whenever something is known of it that may change what they say."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.utils import timezone

from analysis.models import Case, CaseSource, Judgement, Policy, PolicyMode
from analysis.rules import Band, Outcome, Rule, judge, read
from analysis.services.moderation import facts, holding, opening, reportcases, standing
from assets import registry
from assets.models import Asset, Hold, Publication

logger = logging.getLogger(__name__)

TASK = "analysis.judge"
_AT_ONCE = 200
# So many are judged by one message to a worker.
_TOGETHER = 50


def mark(*, asset_ids: Iterable[UUID], wake: bool = True) -> None:
    """Have the policies asked about these assets, soon after this transaction's commit; by the sweep alone where nobody
    is to be woken.
    """
    ids = sorted(set(asset_ids))
    now = timezone.now()
    Judgement.objects.bulk_create(
        [Judgement(asset_id=pk, dirty=True, since=now) for pk in ids],
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=["dirty", "since"],
    )
    if wake:
        for first in range(0, len(ids), _TOGETHER):
            transaction.on_commit(partial(_send, ids[first : first + _TOGETHER]), robust=True)


def _send(asset_ids: Sequence[UUID]) -> None:
    """Ask a worker to judge these; when the broker is away the sweep does."""
    current_app.send_task(TASK, args=[[str(pk) for pk in asset_ids]], queue="upkeep", retry=False)


def sweep() -> int:
    """Judge what nobody has judged yet; returns how many there were."""
    waiting = Judgement.objects.filter(dirty=True, asset__deleted_at=None).order_by("since")
    found = list(waiting.values_list("pk", flat=True)[:_AT_ONCE])
    judge_assets(asset_ids=found)
    return len(found)


def judge_assets(*, asset_ids: Iterable[UUID]) -> None:
    """Ask all policies about these assets, each for itself; one that cannot be judged stays marked."""
    for pk in asset_ids:
        try:
            judge_asset(asset_id=pk)
        except Exception:  # whatever it is, the others do not wait for it
            logger.exception("asset %s cannot be judged", pk)
            Judgement.objects.filter(pk=pk).update(since=timezone.now())


@transaction.atomic
def judge_asset(*, asset_id: UUID) -> None:
    """Ask all policies about an asset that was marked, and let its cases and its publication follow."""
    registry.lock_work(asset_id)
    asset = Asset.objects.select_for_update(of=("self",)).filter(pk=asset_id, deleted_at=None).first()
    # Locked before anything is asked: what marks it meanwhile waits, and marks it again.
    marked = Judgement.objects.select_for_update(of=("self",)).filter(asset_id=asset_id, dirty=True)
    if asset is None or marked.first() is None:
        return
    opening.bring_back(asset=asset)
    opening.let_go_of_others(asset=asset)
    policies = list(Policy.objects.exclude(mode=PolicyMode.OFF).select_related("current").order_by("slug"))
    rules = {policy.pk: rules_of(policy) for policy in policies}
    known = facts.gather([asset.pk], [rule for one in rules.values() for rule in one])[asset.pk]
    bands: dict[str, dict[str, str]] = {PolicyMode.ON: {}, PolicyMode.SHADOW: {}}
    held = holding.holds_first(asset) or Hold.GUEST in asset.holds
    for policy in policies:
        outcome = judge(rules[policy.pk], known)
        bands[policy.mode][policy.slug] = outcome.word
        if policy.mode == PolicyMode.ON and policy.current is not None:
            case = opening.follow(
                asset=asset, policy=policy, version=policy.current, outcome=outcome, held=held
            )
            if case is None and outcome.band == Band.PASS:
                _sample(asset, policy)
    reportcases.share_out(asset=asset)
    holding.see_to(asset=asset)
    standing.settle(asset=asset)
    holding.let_go(asset=asset)
    # At last, as what follows from it for the publication marks the asset anew.
    Judgement.objects.update_or_create(
        asset=asset,
        defaults={
            "dirty": False,
            "judged_at": timezone.now(),
            "bands": bands[PolicyMode.ON],
            "shadows": bands[PolicyMode.SHADOW],
        },
    )


def rules_of(policy: Policy) -> list[Rule]:
    """The rules of a policy as it stands. What cannot be read, which nobody could have written, says nothing."""
    rules, problems = read(policy.current.rules if policy.current else [])
    if problems:
        logger.error("the rules of policy %s cannot be read: %s", policy.slug, problems)
    return rules


def _sample(asset: Asset, policy: Policy) -> None:
    """Have somebody look at a share of what passes: which, is drawn by the asset and the version, once and for all."""
    version = policy.current
    if version is None or version.sampling <= 0 or asset.publication != Publication.PUBLISHED:
        return
    drawn = hashlib.sha256(f"{asset.pk}{version.pk}".encode()).digest()
    if int.from_bytes(drawn[:6], "big") >= version.sampling * 2**48:
        return
    if not Case.objects.filter(asset=asset, policy=policy).exists():
        opening.open_case(
            asset=asset, policy=policy, version=version, source=CaseSource.SAMPLE, outcome=Outcome()
        )
