"""The forms in which the numbers of moderation are told."""

from typing import Any

from rest_framework import serializers

from analysis.models import Action, CaseQueue, CaseSource, Decision, Reason, Severity
from analysis.services.moderation import log


class PeriodSerializer(serializers.Serializer[Any]):
    """From one day to another, both counted in."""

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)


class SharePartSerializer(serializers.Serializer[Any]):
    """A share, with Wilson's interval of 95 %."""

    hits = serializers.IntegerField()
    total = serializers.IntegerField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class KappaSerializer(serializers.Serializer[Any]):
    """Cohen's kappa, with its interval of 95 %; `value` is null where it says nothing."""

    pairs = serializers.IntegerField()
    observed = serializers.FloatField()
    expected = serializers.FloatField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class WaitingCasesSerializer(serializers.Serializer[Any]):
    """Open cases of a severity."""

    severity = serializers.ChoiceField(choices=Severity.values)
    by_age = serializers.DictField(
        child=serializers.IntegerField(), help_text="up to 1h, 8h, 1d, 3d, and more"
    )
    overdue = serializers.IntegerField()


class PaceSerializer(serializers.Serializer[Any]):
    """How many seconds it took from opening to decision."""

    day = serializers.DateField(allow_null=True)
    decided = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class OverturnedSerializer(serializers.Serializer[Any]):
    """How much was taken back: on appeal, by somebody senior, at once by whoever had decided."""

    appeals = SharePartSerializer(allow_null=True)
    senior = SharePartSerializer(allow_null=True)
    undone = SharePartSerializer(allow_null=True)


class WeekSerializer(serializers.Serializer[Any]):
    """The cases opened in a week, by what became of them."""

    week = serializers.DateField(help_text="its Monday")
    approved = serializers.IntegerField()
    restricted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    open = serializers.IntegerField()
    closed = serializers.IntegerField()


class VolumeSerializer(serializers.Serializer[Any]):
    """The cases of a policy."""

    policy = serializers.CharField()
    weeks = WeekSerializer(many=True)


class ModeratingPersonSerializer(serializers.Serializer[Any]):
    """Somebody who moderates."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class WorkloadSerializer(serializers.Serializer[Any]):
    """What somebody bore; times in seconds."""

    person = ModeratingPersonSerializer()
    decisions = serializers.IntegerField()
    at_once = serializers.IntegerField()
    undone = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    exposure = serializers.FloatField()
    uncovered = serializers.FloatField()


class AgreementSerializer(serializers.Serializer[Any]):
    """How far two looks agree."""

    kappa = KappaSerializer(allow_null=True)
    pairs = serializers.IntegerField()
    agreed = serializers.IntegerField()
    unsure = serializers.IntegerField(help_text="handed on by the second look")
    senior_one = serializers.IntegerField(
        help_text="somebody senior said the same as the first, or this person"
    )
    senior_other = serializers.IntegerField(help_text="the same as the second, or the others")
    senior_neither = serializers.IntegerField()
    senior_open = serializers.IntegerField()


class PolicyAgreementSerializer(AgreementSerializer):
    """Of a policy."""

    policy = serializers.CharField()


class PersonAgreementSerializer(AgreementSerializer):
    """Of a person with the others."""

    person = ModeratingPersonSerializer()


class BandSerializer(serializers.Serializer[Any]):
    """The precision of a band of scores."""

    start = serializers.FloatField()
    end = serializers.FloatField()
    precision = SharePartSerializer(allow_null=True)


class LabelPrecisionSerializer(serializers.Serializer[Any]):
    """The precision of a label."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field's name
    precision = SharePartSerializer()


class SuggestionSerializer(serializers.Serializer[Any]):
    """A threshold, and the precision from there on."""

    threshold = serializers.FloatField()
    precision = SharePartSerializer()


class RulePrecisionSerializer(serializers.Serializer[Any]):
    """How often a rule was right."""

    policy = serializers.CharField()
    rule = serializers.CharField()
    kind = serializers.CharField()
    review = serializers.FloatField(allow_null=True, help_text="the threshold as it stands")
    block = serializers.FloatField(allow_null=True)
    precision = SharePartSerializer()
    bands = BandSerializer(many=True)
    labels = LabelPrecisionSerializer(many=True)
    suggested_review = SuggestionSerializer(allow_null=True)
    suggested_block = SuggestionSerializer(allow_null=True)


class ModerationStatsSerializer(serializers.Serializer[Any]):
    """All numbers."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    at = serializers.DateTimeField(help_text="when they were gathered; what waits is what waited then")
    waiting = WaitingCasesSerializer(many=True)
    pace = PaceSerializer()
    days = PaceSerializer(many=True)
    overturned = OverturnedSerializer()
    volumes = VolumeSerializer(many=True)
    workload = WorkloadSerializer(many=True)
    agreement = AgreementSerializer()
    agreement_by_policy = PolicyAgreementSerializer(many=True)
    agreement_by_person = PersonAgreementSerializer(many=True)
    rules = RulePrecisionSerializer(many=True)


class LoggedDecisionSerializer(serializers.Serializer[Any]):
    """A decision in the log."""

    id = serializers.UUIDField()
    made_at = serializers.DateTimeField()
    case_id = serializers.UUIDField()
    asset_id = serializers.UUIDField()
    title = serializers.CharField()
    policy = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    source = serializers.ChoiceField(choices=CaseSource.values)  # type: ignore[assignment]  # a field's name
    severity = serializers.ChoiceField(choices=Severity.values)
    stage = serializers.ChoiceField(choices=CaseQueue.values)
    action = serializers.ChoiceField(choices=Action.values)
    reason = serializers.ChoiceField(choices=Reason.values)
    note = serializers.CharField()
    restriction = serializers.DictField()
    seconds = serializers.FloatField()
    effective = serializers.BooleanField()
    undone_at = serializers.DateTimeField(allow_null=True)
    batch_id = serializers.UUIDField(allow_null=True)
    made_by = serializers.UUIDField()
    made_by_email = serializers.CharField(help_text="empty for who may not see people")

    def to_representation(self, instance: Decision) -> dict[str, Any]:
        """As the log tells it."""
        return log.document_of(instance, user=self.context["request"].user)
