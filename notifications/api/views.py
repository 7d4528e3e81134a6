"""The bell over HTTP."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mediaportal.accounts.models import User
from mediaportal.core.problems import NotSignedIn
from notifications.api.serializers import NotificationSerializer, ReadSerializer, UnreadSerializer
from notifications.models import Notification
from notifications.services import bell


def _caller(request: Request) -> User:
    """Who asks; the permission classes let nobody else come here, and this raises `NotSignedIn` if they do."""
    if not isinstance(request.user, User):
        raise NotSignedIn
    return request.user


class NotificationListView(ListAPIView[Notification]):
    """What the caller was told, the newest first."""

    serializer_class = NotificationSerializer
    queryset = Notification.objects.none()

    @extend_schema(parameters=[OpenApiParameter("unread", bool, description="Only those that are not read.")])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """A page of the caller's own lines."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Notification]:
        """The caller's own."""
        if getattr(self, "swagger_fake_view", False):
            return Notification.objects.none()
        only_unread = self.request.query_params.get("unread", "").lower() in {"1", "true"}
        lines = bell.unread if only_unread else bell.lines_of
        return lines(user=_caller(self.request))


class NotificationReadView(APIView):
    """Marking as read."""

    @extend_schema(request=ReadSerializer, responses=UnreadSerializer, operation_id="notifications_read")
    def post(self, request: Request) -> Response:
        """Mark these lines, or all; answers how many are still not read."""
        form = ReadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        bell.mark_read(user=_caller(request), ids=form.validated_data.get("ids"))
        return Response({"unread": bell.unread_count(user=_caller(request))})


class UnreadView(APIView):
    """The number on the bell."""

    @extend_schema(responses=UnreadSerializer, operation_id="notifications_unread")
    def get(self, request: Request) -> Response:
        """How many lines are not read."""
        return Response({"unread": bell.unread_count(user=_caller(request))})
