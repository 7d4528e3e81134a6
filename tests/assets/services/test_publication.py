"""Published only when scan, processing and policy agree; the news goes out once."""

import itertools
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assets.models import Asset, Block, Hold, PolicyVerdict, ProcessingVerdict, Publication, ScanVerdict
from assets.services import publication
from assets.signals import access_changed, asset_blocked, asset_held, asset_published
from tests.factories import AssetFactory


def test_only_agreement_publishes_and_only_harm_blocks() -> None:
    for scan, processing, policy in itertools.product(
        ScanVerdict.values, ProcessingVerdict.values, PolicyVerdict.values
    ):
        found = publication.derive(scan=scan, processing=processing, policy=policy)
        if scan == "infected" or policy == "block":
            assert found == Publication.BLOCKED
        elif scan in {"clean", "unscanned"} and processing == "done" and policy == "pass":
            assert found == Publication.PUBLISHED
        else:
            assert found == Publication.HELD


@pytest.mark.django_db
def test_a_move_is_told_once_and_no_move_is_not_told() -> None:
    heard: list[str] = []
    signals = {
        "published": asset_published,
        "blocked": asset_blocked,
        "held": asset_held,
        "access": access_changed,
    }

    def listener(name: str) -> Any:
        return lambda **_news: heard.append(name)

    for name, signal in signals.items():
        signal.connect(listener(name), weak=False, dispatch_uid=f"test.{name}")
    try:
        asset = AssetFactory(passed_gate=True)
        assert publication.give_verdicts(asset=asset, processing="done", upload_progress=100) is True
        assert (asset.publication, asset.upload_progress) == ("published", 100)
        assert publication.give_verdicts(asset=asset, holds={Hold.HAND: False}) is False
        with pytest.raises(IntegrityError), transaction.atomic():
            Asset.objects.filter(pk=asset.pk).update(policy_verdict="block")
        assert publication.give_verdicts(asset=asset, blocks={Block.POLICY: True}) is True
        assert publication.give_verdicts(asset=asset, blocks={Block.POLICY: False}, scan="pending") is True
    finally:
        for name, signal in signals.items():
            signal.disconnect(dispatch_uid=f"test.{name}")
    assert heard == ["published", "access", "blocked", "access", "held", "access"]
