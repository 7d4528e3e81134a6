"""Forms that every API shares."""

from typing import Any

from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """Why something failed: a stable code, and a sentence for a person."""

    code = serializers.CharField()
    detail = serializers.CharField()
