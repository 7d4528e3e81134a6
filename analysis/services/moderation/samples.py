"""The files that stand as samples for what a policy would change, as far as a person may see them."""

from collections.abc import Mapping
from uuid import UUID

from assets.access import Caller
from assets.models import Asset


def shown(*, user: Caller, samples: Mapping[str, list[str]]) -> dict[str, list[Asset]]:
    """The assets of each "from>to", the newest first; one query."""
    ids = {UUID(one) for some in samples.values() for one in some}
    seen = Asset.objects.visible_to(user).filter(pk__in=ids, deleted_at=None) if ids else Asset.objects.none()
    known = {str(asset.pk): asset for asset in seen}
    return {
        change: [known[one] for one in sorted(some, reverse=True) if one in known]
        for change, some in samples.items()
    }
