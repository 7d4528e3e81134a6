"""The words about an asset as search finds them: written here alone, whenever a title, a description or tags change."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from uuid import UUID

from celery import current_app
from django.db import transaction

from assets.models import Asset, AssetWords
from assets.signals import words_changed
from mediaportal.core import arabic, fulltext

TASK = "assets.index_words"
_AT_ONCE = 500


def index(asset_ids: Iterable[UUID]) -> None:
    """Write the words about these assets anew; three queries for each five hundred."""
    for some in _pieces(asset_ids):
        rows = Asset.objects.filter(pk__in=some).only("title", "description", "original_filename")
        AssetWords.objects.bulk_create(
            [_words_of(asset) for asset in rows.prefetch_related("tags")],
            update_conflicts=True,
            unique_fields=["asset"],
            update_fields=["vector", "text"],
        )


@transaction.atomic
def index_changed(asset_ids: list[UUID]) -> None:
    """Write the words about assets anew that have changed, and tell of it."""
    index(asset_ids)
    words_changed.send(sender=Asset, asset_ids=asset_ids)


def index_later(asset_ids: Iterable[UUID]) -> None:
    """Let a worker write the words about many assets anew, once the transaction is committed."""
    for some in _pieces(asset_ids):
        ids = [str(one) for one in some]
        send = partial(current_app.send_task, TASK, args=[ids], retry=False)
        transaction.on_commit(send, robust=True)


def index_all(*, anew: bool = False) -> int:
    """Write the words about every asset that has none yet, or `anew` about all; returns about how many."""
    wanted = Asset.objects.order_by("pk") if anew else Asset.objects.filter(words=None).order_by("pk")
    ids = list(wanted.values_list("pk", flat=True))
    index(ids)
    return len(ids)


def parts_of(text: str) -> str:
    """A text as parts of words are looked for in it: one spelling, and capitals make no difference."""
    return arabic.normalised(text).casefold()


def _words_of(asset: Asset) -> AssetWords:
    """The words about one asset, not saved yet."""
    tags = "\n".join(sorted(tag.name for tag in asset.tags.all()))
    weighted = [(asset.title, "A"), (tags, "B"), (asset.description, "C")]
    texts = [asset.title, asset.original_filename, tags, asset.description]
    return AssetWords(
        asset=asset,
        vector=fulltext.joined(
            [fulltext.weighted(fulltext.vector_of(text), weight) for text, weight in weighted]
        ),
        text=parts_of("\n".join(texts).replace("\0", " ")),
    )


def _pieces(asset_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The ids, some at a time."""
    rest = iter(asset_ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
