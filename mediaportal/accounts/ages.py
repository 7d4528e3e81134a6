"""Age ratings: for whom something is, and how far somebody may go."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AgeRating(models.TextChoices):
    """From what age on something is to be seen; in the order of the ages."""

    ALL = "all", _("Everybody")
    SEVEN = "7", _("From 7")
    TWELVE = "12", _("From 12")
    SIXTEEN = "16", _("From 16")
    EIGHTEEN = "18", _("From 18")


def rank(rating: str) -> int:
    """Where a rating stands in their order, from 0; raises `ValueError` for one that there is not."""
    return AgeRating.values.index(rating)


def up_to(rating: str) -> list[str]:
    """The ratings that somebody may see who may see this one."""
    return list(AgeRating.values[: rank(rating) + 1])


def strictest(*ratings: str) -> str:
    """The highest of some ratings."""
    return max(ratings, key=rank)
