"""To whom an asset is shown, in the words that its owner reads: what they have declared, and what was decided."""

from django.utils.translation import gettext as _

from assets.models import Asset, Visibility
from mediaportal.accounts.ages import AgeRating, rank, strictest
from mediaportal.core.lists import listed


def restrictions(asset: Asset) -> list[str]:
    """What keeps people from an asset beside its visibility; nothing where nothing does, and nothing of a decision that
    the reader is not to know of.
    """
    if asset.veiled:
        return []
    told = []
    rating = strictest(asset.age_rating, asset.imposed_rating)
    if rating != AgeRating.ALL and rank(asset.imposed_rating) > rank(asset.age_rating):
        told.append(_("Shown from %(age)s, by a decision") % {"age": rating})
    elif rating != AgeRating.ALL:
        told.append(_("Shown from %(age)s") % {"age": rating})
    if asset.visibility_cap == Visibility.PRIVATE:
        told.append(_("Shown to you alone, by a decision"))
    elif asset.visibility_cap == Visibility.INTERNAL:
        told.append(_("Not outside this portal, by a decision"))
    if asset.blocked_regions:
        told.append(_("Not in %(regions)s, by a decision") % {"regions": listed(asset.blocked_regions)})
    return told
