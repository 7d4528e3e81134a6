"""Forms that every API shares."""

from typing import Any

from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """Why something failed: a stable code, and a sentence for a person."""

    code = serializers.CharField()
    detail = serializers.CharField()


class VmafSerializer(serializers.Serializer[Any]):
    """How much a rendition shows of its original, by VMAF on samples: from 0 to 100, measured when all was made."""

    mean = serializers.FloatField()
    min = serializers.FloatField()
    harmonic_mean = serializers.FloatField()
    frames = serializers.IntegerField(help_text="frames that were compared")
    model = serializers.CharField()
