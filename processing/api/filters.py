"""Filters of the list of jobs."""

import django_filters

from processing.models import Job, JobType, Status


class JobFilter(django_filters.FilterSet):
    """By status, type and asset."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    type = django_filters.ChoiceFilter(field_name="job_type", choices=JobType.choices)
    asset = django_filters.UUIDFilter(field_name="asset_id")

    class Meta:
        model = Job
        fields = ["status", "type", "asset"]
