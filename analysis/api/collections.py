"""What is analysed of everything that comes into a collection, over HTTP."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.models import CollectionSetting, EngineChoice, Type
from analysis.services import wanted
from assets import access
from assets.models import Collection
from mediaportal.core.problems import NotPermitted


class CollectionAnalysisSerializer(serializers.ModelSerializer[CollectionSetting]):
    """What is done with everything that comes into a collection."""

    monthly_budget = serializers.FloatField(
        allow_null=True, help_text="US dollars a month; null: no bound of its own"
    )

    class Meta:
        model = CollectionSetting
        fields = [
            "types",
            "languages",
            "engine",
            "only_here",
            "names_people",
            "publishing",
            "monthly_budget",
        ]
        read_only_fields = fields


class CollectionAnalysisEditSerializer(serializers.Serializer[Any]):
    """What is to change; what is not sent stays."""

    types = serializers.ListField(
        child=serializers.CharField(max_length=20),
        max_length=20,
        required=False,
        help_text=", ".join(Type.values),
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=35), max_length=10, required=False
    )
    engine = serializers.CharField(max_length=20, required=False, help_text=", ".join(EngineChoice.values))
    only_here = serializers.BooleanField(required=False, help_text="nothing is sent to a service elsewhere")
    names_people = serializers.BooleanField(required=False, help_text="for who may say who is named")
    publishing = serializers.CharField(
        max_length=7,
        required=False,
        allow_blank=True,
        help_text="hold (once the policies agree) or publish; empty: as the collection around it",
    )
    monthly_budget = serializers.DecimalField(
        max_digits=12, decimal_places=2, allow_null=True, required=False, help_text="US dollars"
    )


class CollectionAnalysisView(APIView):
    """What is analysed of everything that comes into one collection."""

    @extend_schema(responses=CollectionAnalysisSerializer, operation_id="collection_analysis")
    def get(self, request: Request, collection_id: UUID) -> Response:
        """What is done by itself; for who may change the collection."""
        found = _collection(request, collection_id)
        if not access.can_change_collection(request.user, found):
            raise NotPermitted
        return Response(CollectionAnalysisSerializer(wanted.setting_of(found)).data)

    @extend_schema(
        request=CollectionAnalysisEditSerializer,
        responses=CollectionAnalysisSerializer,
        operation_id="collection_analysis_change",
    )
    def patch(self, request: Request, collection_id: UUID) -> Response:
        """Change it; what lies in the collection already is left as it is."""
        found = _collection(request, collection_id)
        form = CollectionAnalysisEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        setting = wanted.change(user=request.user, collection=found, changes=form.validated_data)
        return Response(CollectionAnalysisSerializer(setting).data)


def _collection(request: Request, collection_id: UUID) -> Collection:
    """A collection that the caller may see; for others there is none."""
    found: Collection = get_object_or_404(Collection.objects.visible_to(request.user), pk=collection_id)
    return found
