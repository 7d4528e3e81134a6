"""What cases may be asked for by."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from analysis.models import Case, CaseQueue, CaseStatus, Severity
from mediaportal.core.problems import FieldProblem, InvalidInput


class CaseFilter(filters.FilterSet):
    """`?queue=`, `?policy=`, `?severity=`, `?status=`, `?assignee=` and `?asset=`."""

    queue = filters.MultipleChoiceFilter(choices=CaseQueue.choices, label="May be repeated")
    policy = filters.CharFilter(field_name="policy__slug", label="The short name of a policy")
    severity = filters.MultipleChoiceFilter(choices=Severity.choices, label="From 1 to 4; may be repeated")
    status = filters.MultipleChoiceFilter(choices=CaseStatus.choices, label="May be repeated")
    assignee = filters.CharFilter(method="with_whom", label="me, none, or somebody's id")
    asset = filters.UUIDFilter(field_name="asset", label="The id of an asset")

    class Meta:
        model = Case
        fields: list[str] = []

    def with_whom(self, found: QuerySet[Case], name: str, value: str) -> Any:
        """Those that somebody has claimed, or nobody."""
        if value == "none":
            return found.filter(assignee=None)
        if value == "me":
            return found.filter(assignee=self.request.user.pk)
        try:
            return found.filter(assignee=UUID(value))
        except ValueError:
            raise InvalidInput(errors=[FieldProblem(name, "invalid", "me, none, id")]) from None
