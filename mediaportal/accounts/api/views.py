"""Signing in for programs, and /me/."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken

from mediaportal.accounts.api.serializers import (
    MeSerializer,
    RefreshSerializer,
    SignInSerializer,
    TokensSerializer,
)
from mediaportal.accounts.models import User
from mediaportal.accounts.services import profile, tokens


class _TokenView(APIView):
    """Open to everybody, but slowly: a password or a token is the proof itself."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "sign_in"

    def get_authenticate_header(self, request: Request) -> str:
        """Without authentication classes DRF would answer 403 in place of 401."""
        return 'Bearer realm="api"'

    def pair(self, token: RefreshToken) -> Response:
        """The two tokens as an answer."""
        return Response({"access": str(token.access_token), "refresh": str(token)})


class TokenView(_TokenView):
    """Sign in with e-mail and password."""

    @extend_schema(request=SignInSerializer, responses=TokensSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Get an access and a refresh token for an e-mail address and its password."""
        form = SignInSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.pair(tokens.issue(**form.validated_data, request=request._request))


class TokenRefreshView(_TokenView):
    """Get the next pair of tokens."""

    @extend_schema(request=RefreshSerializer, responses=TokensSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Get a fresh pair of tokens; the refresh token that was sent dies."""
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.pair(tokens.rotate(refresh=form.validated_data["refresh"]))


class TokenRevokeView(_TokenView):
    """Sign out."""

    @extend_schema(request=RefreshSerializer, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        """Make a refresh token useless. The access token lives on for its few minutes."""
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        tokens.revoke(refresh=form.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(RetrieveUpdateAPIView[User]):
    """The person who asks."""

    serializer_class = MeSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        """The caller."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - the default permission has refused everybody else
        return user

    def perform_update(self, serializer: BaseSerializer[User]) -> None:
        """Change the name or the language."""
        profile.update_profile(user=self.get_object(), **serializer.validated_data)
