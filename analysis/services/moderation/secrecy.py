"""What of the audit log is kept from those who may read it: who decided on what is theirs, or has reported it, and what
must not be known before a second look.
"""

from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast

from analysis import access
from analysis.models import Batch, Case, Strike
from analysis.querysets import untold
from assets.models import Asset
from mediaportal.accounts.models import User


def entries(user: User) -> Q:
    """The entries that this person must not find."""
    kept = Q(owner=user) | untold(user)
    if not access.can_review_restricted(user):
        kept |= Q(policy__restricted=True)
    hidden = Case.objects.filter(kept)
    mine = Asset.objects.filter(uploaded_by=user)
    return (
        _about(hidden)
        | _about(Batch.objects.filter(decisions__case__in=hidden))
        | _about(Strike.objects.filter(user=user))
        | _about(mine) & Q(action="asset.reported")
    )


def _about(rows: QuerySet[Model]) -> Q:
    """The entries on some rows."""
    names = rows.order_by().annotate(name=Cast("pk", CharField())).values("name")
    return Q(object_type=rows.model._meta.label_lower, object_id__in=names)
