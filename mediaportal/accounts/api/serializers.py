"""The forms of the accounts API."""

from typing import Any

from rest_framework import serializers

from mediaportal.accounts.models import User


class SignInSerializer(serializers.Serializer[Any]):
    """What a program signs in with."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, style={"input_type": "password"})


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class TokensSerializer(serializers.Serializer[Any]):
    """The two tokens of a program."""

    access = serializers.CharField(help_text="For the Authorization header; lives at most 15 minutes.")
    refresh = serializers.CharField(help_text="Gets the next pair, once.")


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who asks."""

    role = serializers.CharField(read_only=True)
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "language", "age_limit", "permissions"]
        read_only_fields = ["id", "email", "age_limit"]

    def get_permissions(self, user: User) -> list[str]:
        """Everything that the person may do, as "app.codename"."""
        return sorted(user.get_all_permissions())
