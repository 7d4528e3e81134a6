"""Several things in one sentence."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(parts: Iterable[str]) -> str:
    """These words one after the other, parted as the active language does it."""
    return pgettext("between the parts of a list", ", ").join(parts)
