"""The forms of analyses: what is asked, and what is answered."""

from typing import Any

from rest_framework import serializers

from analysis.models import EngineChoice, Moment, MomentKind, Type
from mediaportal.core.serializers import ErrorSerializer


class AnalyzeSerializer(serializers.Serializer[Any]):
    """An order: of an asset, or of an address that the portal fetches first."""

    asset_id = serializers.UUIDField(required=False)
    media_url = serializers.CharField(required=False, max_length=4000)
    analysis_types = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=20, help_text=", ".join(Type.values)
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=35),
        max_length=10,
        required=False,
        help_text="those that are expected, such as ar and en; none: found out",
    )
    engine = serializers.CharField(
        default=EngineChoice.AUTO.value, max_length=20, help_text=", ".join(EngineChoice.values)
    )


class AnalyzedSerializer(serializers.Serializer[Any]):
    """The answer to an order."""

    analysis_id = serializers.UUIDField()
    asset_id = serializers.UUIDField(allow_null=True, help_text="null until the file has been fetched")
    status = serializers.CharField()
    results_url = serializers.CharField()
    estimated_cost = serializers.FloatField(
        allow_null=True, help_text="US dollars; null where the file is still to be fetched"
    )


class TypeStandingSerializer(serializers.Serializer[Any]):
    """Where one type of an order stands."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    engine = serializers.CharField(help_text="empty where no engine can do it")
    status = serializers.CharField()
    language = serializers.CharField()
    cost = serializers.FloatField(help_text="US dollars")
    is_current = serializers.BooleanField(help_text="whether its moments are shown and searched")
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class ResultsSerializer(serializers.Serializer[Any]):
    """What was found, by type; each type has a form of its own."""

    analysis_id = serializers.UUIDField()
    asset_id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField(help_text="completed when at least one type is, failed when none")
    engine = serializers.CharField(help_text="auto where several have worked")
    results = serializers.DictField(child=serializers.JSONField())
    errors = serializers.DictField(child=ErrorSerializer())  # type: ignore[assignment]  # a field, as in the contract
    analyses = TypeStandingSerializer(many=True)


class MomentSerializer(serializers.ModelSerializer[Moment]):
    """Something that was found at a time."""

    kind = serializers.ChoiceField(choices=MomentKind.values)

    class Meta:
        model = Moment
        fields = [
            "id",
            "kind",
            "start",
            "end",
            "text",
            "label",
            "parent",
            "confidence",
            "box",
            "speaker",
            "language",
            "detail",
            "analysis",
        ]
        read_only_fields = fields
