"""What moments may be asked for by."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from analysis.models import Moment, MomentKind
from analysis.querysets import MomentQuerySet


class MomentFilter(filters.FilterSet):
    """`?kind=` and `?q=`."""

    kind = filters.MultipleChoiceFilter(choices=MomentKind.choices)
    q = filters.CharFilter(method="said", label="words in text or label", max_length=200)

    class Meta:
        model = Moment
        fields = ["kind"]

    def said(self, found: QuerySet[Moment], name: str, value: str) -> Any:
        """Those in which the words stand."""
        return found.saying(value) if isinstance(found, MomentQuerySet) else found.none()
