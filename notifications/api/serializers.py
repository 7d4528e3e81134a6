"""The forms of the notifications API."""

from typing import Any

from rest_framework import serializers

from notifications.models import Notification
from notifications.services.wording import words_of


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """One line of the bell."""

    asset_id = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "asset_id", "text", "reason", "read_at", "created_at"]
        read_only_fields = fields

    def get_asset_id(self, line: Notification) -> str | None:
        """What it is about."""
        found: str | None = line.data.get("asset_id")
        return found

    def get_text(self, line: Notification) -> str:
        """What happened, in the caller's language."""
        return words_of(line).text

    def get_reason(self, line: Notification) -> str:
        """Why, when something went wrong; otherwise empty."""
        return words_of(line).reason


class ReadSerializer(serializers.Serializer[Any]):
    """Which lines to mark as read; all of them when `ids` is left out."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=1000, required=False)


class UnreadSerializer(serializers.Serializer[Any]):
    """How many lines are not read, counted up to 100."""

    unread = serializers.IntegerField()
