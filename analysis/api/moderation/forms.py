"""The forms of cases: what is sent of them, and what is answered."""

from typing import Any

from rest_framework import serializers

from analysis.models import Action, CaseQueue, CaseSource, CaseStatus, Reason, Ruling, Severity
from assets.models import Kind


class ReviewerSerializer(serializers.Serializer[Any]):
    """Somebody by their name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class CasePolicySerializer(serializers.Serializer[Any]):
    """A policy by its names."""

    slug = serializers.CharField()
    name = serializers.CharField()


class MomentPlaceSerializer(serializers.Serializer[Any]):
    """A picture: a file of its own, or a part of one that shows many."""

    url = serializers.CharField()
    x = serializers.IntegerField(required=False, help_text="pixels, where the file shows many pictures")
    y = serializers.IntegerField(required=False)
    w = serializers.IntegerField(required=False)
    h = serializers.IntegerField(required=False)


class CaseHitSerializer(serializers.Serializer[Any]):
    """Something that is against an asset."""

    rule = serializers.CharField()
    band = serializers.CharField(help_text="review or block")
    score = serializers.FloatField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, as in the contract
    parent = serializers.CharField()  # type: ignore[assignment]  # likewise
    text = serializers.CharField()
    start = serializers.FloatField(help_text="seconds")
    end = serializers.FloatField(help_text="seconds")
    moment = serializers.IntegerField(allow_null=True)
    region = serializers.CharField()
    picture = MomentPlaceSerializer(allow_null=True)
    moment_url = serializers.CharField(
        allow_null=True, help_text="the same as one address: of a part with #xywh=x,y,w,h"
    )


class CaseReportSerializer(serializers.Serializer[Any]):
    """What a viewer has against the asset."""

    reason = serializers.ChoiceField(choices=Reason.values)
    note = serializers.CharField()
    second = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class RestrictionSerializer(serializers.Serializer[Any]):
    """To whom something is still shown, and what is taken out of it."""

    rating = serializers.CharField(required=False, default="all", help_text="from what age on")
    cap = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="who may see it at most: private, internal"
    )
    regions = serializers.ListField(
        child=serializers.CharField(max_length=2), required=False, default=list, max_length=300
    )
    cut = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        required=False,
        default=list,
        max_length=200,
        help_text="parts that are taken out, each [start, end] in seconds",
    )


class CaseDecisionSerializer(serializers.Serializer[Any]):
    """A decision that was not undone."""

    id = serializers.UUIDField()
    stage = serializers.ChoiceField(choices=CaseQueue.values)
    action = serializers.ChoiceField(choices=Action.values)
    policy = CasePolicySerializer()
    reason = serializers.ChoiceField(choices=Reason.values)
    note = serializers.CharField()
    restriction = RestrictionSerializer(help_text="empty where nothing was restricted")
    effective = serializers.BooleanField(help_text="whether the asset stands under it")
    made_by = ReviewerSerializer()
    made_at = serializers.DateTimeField()


class CaseAppealSerializer(serializers.Serializer[Any]):
    """What an owner says against a decision."""

    text = serializers.CharField()
    made_at = serializers.DateTimeField()


class CaseSerializer(serializers.Serializer[Any]):
    """A case as whoever reviews reads it."""

    id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.values)
    duration = serializers.FloatField(allow_null=True)
    policy = CasePolicySerializer()
    source = serializers.ChoiceField(choices=CaseSource.values)  # type: ignore[assignment]  # as in the contract
    severity = serializers.ChoiceField(choices=Severity.values)
    status = serializers.ChoiceField(choices=CaseStatus.values)
    queue = serializers.ChoiceField(choices=CaseQueue.values)
    due_at = serializers.DateTimeField()
    reach = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    evidence = CaseHitSerializer(many=True)
    worst_start = serializers.FloatField(help_text="seconds")
    assignee = ReviewerSerializer(allow_null=True)
    mine = serializers.BooleanField()
    lease_until = serializers.DateTimeField(allow_null=True)
    ruling = serializers.ChoiceField(choices=Ruling.values, allow_null=True)
    blind = serializers.BooleanField(help_text="whether what the first look said is kept from the caller")
    reports = CaseReportSerializer(many=True)
    appeal = CaseAppealSerializer(allow_null=True, help_text="the one that is open")
    owner = ReviewerSerializer()
    decisions = CaseDecisionSerializer(many=True, required=False, help_text="left out while `blind`")


class NewCaseSerializer(serializers.Serializer[Any]):
    """What is wrong with an asset."""

    asset_id = serializers.UUIDField()
    reason = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True, help_text="of a report"
    )
    note = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")
    second = serializers.FloatField(min_value=0, required=False, allow_null=True, default=None)
    policy = serializers.CharField(
        max_length=60,
        required=False,
        default="",
        allow_blank=True,
        help_text="opens a case under it; for who may review",
    )
    match_id = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="a match that is the evidence"
    )


class ReportTakenSerializer(serializers.Serializer[Any]):
    """A report that was taken in."""

    id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    reason = serializers.CharField()
    note = serializers.CharField()
    second = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewAppealSerializer(serializers.Serializer[Any]):
    """Why a decision is wrong. The service judges it."""

    text = serializers.CharField(allow_blank=True)


class AppealTakenSerializer(serializers.Serializer[Any]):
    """An appeal that somebody else will decide on."""

    id = serializers.UUIDField()
    case_id = serializers.UUIDField()
    text = serializers.CharField()
    status = serializers.CharField(help_text="open")
    made_at = serializers.DateTimeField()


class NextSerializer(serializers.Serializer[Any]):
    """Where to go on."""

    after = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="a case that was put back"
    )


class LeaseSerializer(serializers.Serializer[Any]):
    """Until when a case stays with its reviewer."""

    lease_until = serializers.DateTimeField()


class VerdictSerializer(serializers.Serializer[Any]):
    """What somebody decides. The service judges it."""

    action = serializers.CharField(max_length=20, help_text=", ".join(Action.values))
    policy = serializers.CharField(
        max_length=60, required=False, allow_null=True, default=None, help_text="none: that of the case"
    )
    reason = serializers.CharField(max_length=20, help_text=", ".join(Reason.values))
    note = serializers.CharField(max_length=4_000, required=False, allow_blank=True, default="")
    restriction = RestrictionSerializer(required=False, allow_null=True, default=None)
    seen = serializers.ListField(
        child=serializers.IntegerField(min_value=0),
        required=False,
        allow_null=True,
        default=None,
        max_length=200,
        help_text="places in `evidence` of what matters; none: all of it",
    )
    seconds = serializers.FloatField(
        min_value=0, max_value=86_400, required=False, default=0.0, help_text="how long it was looked at"
    )


class DecidedSerializer(serializers.Serializer[Any]):
    """A decision that was made."""

    decision_id = serializers.UUIDField()
    undo_until = serializers.DateTimeField()
    case = CaseSerializer()
