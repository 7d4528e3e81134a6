"""Care over HTTP: how those who moderate want to be shown things, and how much they have looked at."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.services.moderation import care


class CareSettingSerializer(serializers.Serializer[Any]):
    """How somebody wants to be shown what may be hard to look at."""

    blur = serializers.BooleanField(required=False, help_text="pictures are blurred until they are uncovered")
    grey = serializers.BooleanField(
        required=False, help_text="pictures have no colours until they are uncovered"
    )
    mute = serializers.BooleanField(required=False, help_text="there is no sound until it is uncovered")
    break_cases = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=care.MOST_CASES,
        help_text="cases until a break; 0: no reminder",
    )
    break_minutes = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=care.MOST_MINUTES,
        help_text="minutes until a break; 0: no reminder",
    )


class LookSerializer(serializers.Serializer[Any]):
    """That somebody has looked at a case."""

    case = serializers.UUIDField()
    seconds = serializers.FloatField(min_value=0, help_text="how long it was looked at")
    uncovered = serializers.FloatField(
        min_value=0, default=0, help_text="for how long of that it was uncovered"
    )


class LookedSerializer(serializers.Serializer[Any]):
    """What somebody has looked at since their last break."""

    cases = serializers.IntegerField()
    seconds = serializers.FloatField()
    uncovered = serializers.FloatField()
    break_due = serializers.BooleanField(help_text="by their own setting it is time for a break")


class CareSettingView(APIView):
    """How the caller wants to be shown things."""

    @extend_schema(responses=CareSettingSerializer)
    def get(self, request: Request) -> Response:
        """How they are shown now; everything is covered where nothing was chosen."""
        return Response(CareSettingSerializer(care.setting_of(user=request.user)).data)

    @extend_schema(request=CareSettingSerializer, responses=CareSettingSerializer)
    def patch(self, request: Request) -> Response:
        """Choose some of it anew."""
        asked = CareSettingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(CareSettingSerializer(care.choose(user=request.user, **asked.validated_data)).data)


class ExposureView(APIView):
    """How much the caller has looked at."""

    @extend_schema(responses=LookedSerializer)
    def get(self, request: Request) -> Response:
        """Since their last break: five minutes without looking at anything."""
        return Response(LookedSerializer(care.looked(user=request.user)).data)

    @extend_schema(request=LookSerializer, responses=LookedSerializer)
    def post(self, request: Request) -> Response:
        """Tell that they have looked at a case."""
        asked = LookSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        found = care.keep(
            user=request.user, case_id=told["case"], seconds=told["seconds"], uncovered=told["uncovered"]
        )
        return Response(LookedSerializer(found).data)


urlpatterns: list[URLPattern] = [
    path("me/settings", CareSettingView.as_view(), name="api-moderation-settings"),
    path("me/exposure", ExposureView.as_view(), name="api-moderation-exposure"),
]
