"""What moments may be asked for by."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from analysis.models import Moment, MomentKind
from analysis.querysets import MomentQuerySet
from mediaportal.core.searchwords import LONGEST

_MOST_LABELS = 20


class MomentFilter(filters.FilterSet):
    """`?q=`, `?kind=`, `?label=`, `?text=` and `?confidence_gte=`."""

    q = filters.CharFilter(
        method="said", label="Words in text or label, phrases in quotes, beginnings as harb*"
    )
    kind = filters.MultipleChoiceFilter(choices=MomentKind.choices)
    label = filters.CharFilter(method="labelled", label="A label in full; may be repeated")
    text = filters.CharFilter(method="shown_words", label="Words that are seen in the picture")
    confidence_gte = filters.NumberFilter(
        field_name="confidence", lookup_expr="gte", min_value=0, max_value=1, label="From 0 to 1"
    )

    class Meta:
        model = Moment
        fields: list[str] = []

    def said(self, found: QuerySet[Moment], name: str, value: str) -> Any:
        """Those in which the words stand."""
        return found.saying(value[:LONGEST]) if isinstance(found, MomentQuerySet) else found.none()

    def labelled(self, found: QuerySet[Moment], name: str, value: str) -> QuerySet[Moment]:
        """Those with one of these labels."""
        anyone = Q()
        for label in self.data.getlist(name)[:_MOST_LABELS]:
            anyone |= Q(label__iexact=label.replace("\0", "").strip())
        return found.filter(anyone)

    def shown_words(self, found: QuerySet[Moment], name: str, value: str) -> Any:
        """Those of text in the picture in which the words stand."""
        return self.said(found.filter(kind=MomentKind.TEXT), name, value)
