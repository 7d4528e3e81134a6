"""Policies over HTTP, with their versions and replays: read by who reviews, changed by who manages them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.models import Policy, PolicyMode, PolicyVersion, Replay, Severity
from analysis.services.moderation import policies, replaying, rights, samples, shadows
from assets.access import Caller
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.problems import NotFound, NotPermitted

_RULES = "in the form of docs/moderation.md"


class PolicyVersionSerializer(serializers.Serializer[Any]):
    """What a policy said from one day on."""

    number = serializers.IntegerField()
    rules = serializers.JSONField(help_text=_RULES)
    severity = serializers.ChoiceField(choices=Severity.values, help_text="from 1, the least, to 4")
    deadline = serializers.IntegerField(help_text="hours in which a case has to be decided")
    sampling = serializers.FloatField(
        help_text="the share of what passes that somebody looks at all the same"
    )
    double = serializers.FloatField(help_text="the share of decisions that are made twice, blindly")
    note = serializers.CharField()
    created_by = serializers.UUIDField(source="created_by_id", allow_null=True)
    created_at = serializers.DateTimeField()


class PolicySerializer(serializers.Serializer[Any]):
    """A policy with what it says now."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    name_ar = serializers.CharField()
    statement = serializers.CharField()
    statement_ar = serializers.CharField()
    mode = serializers.ChoiceField(choices=PolicyMode.values)
    builtin = serializers.BooleanField()
    restricted = serializers.BooleanField()
    applying = serializers.SerializerMethodField(help_text="whether it is being asked about all that stands")
    created_at = serializers.DateTimeField()
    version = PolicyVersionSerializer(source="current", allow_null=True)

    def get_applying(self, policy: Policy) -> bool:
        """Whether it goes through everything just now."""
        return policy.applied_until is not None


class _VersionFields(serializers.Serializer[Any]):
    """What makes a version; the service judges it."""

    name = serializers.CharField(required=False, max_length=120)
    name_ar = serializers.CharField(required=False, allow_blank=True, max_length=120)
    statement = serializers.CharField(required=False, allow_blank=True, max_length=2_000)
    statement_ar = serializers.CharField(required=False, allow_blank=True, max_length=2_000)
    restricted = serializers.BooleanField(required=False)
    rules = serializers.JSONField(required=False, help_text=_RULES)
    severity = serializers.IntegerField(required=False)
    deadline = serializers.IntegerField(required=False)
    sampling = serializers.FloatField(required=False)
    double = serializers.FloatField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class NewPolicySerializer(_VersionFields):
    """A policy to be made; it is off."""

    name = serializers.CharField(max_length=120)
    slug = serializers.CharField(required=False, allow_blank=True, max_length=60)


class PolicyChangeSerializer(_VersionFields):
    """What may be changed of a policy."""

    version = serializers.IntegerField(
        required=False,
        help_text="the number of the version that the caller has seen; with what makes a new one",
    )
    mode = serializers.ChoiceField(choices=PolicyMode.values, required=False)
    confirm = serializers.BooleanField(
        default=False, help_text="it is meant even if it is against most of the library"
    )
    everything = serializers.BooleanField(
        default=False, help_text="have it asked about all that stands, bit by bit"
    )


class ReplayOrderSerializer(serializers.Serializer[Any]):
    """Rules to be tried; those of the policy where there are none."""

    rules = serializers.JSONField(required=False, help_text=_RULES)


class PolicyChangesSerializer(serializers.Serializer[Any]):
    """How many files would stand otherwise, with some of them that the caller may see."""

    before = serializers.ChoiceField(choices=["pass", "regional", "review", "block"])
    after = serializers.ChoiceField(choices=["pass", "regional", "review", "block"])
    count = serializers.IntegerField()
    asset_ids = serializers.ListField(child=serializers.UUIDField())


class ReplaySerializer(serializers.Serializer[Any]):
    """A replay, and what it has found so far."""

    id = serializers.UUIDField()
    policy_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Replay.Status.values)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    against = serializers.IntegerField(
        allow_null=True, help_text="the number of the version it is compared with"
    )
    changes = PolicyChangesSerializer(many=True)
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ShadowSerializer(serializers.Serializer[Any]):
    """What a shadow would have done, beside what all that are on have said."""

    total = serializers.IntegerField()
    changes = PolicyChangesSerializer(many=True)


class _Policies(generics.GenericAPIView[Any]):
    """The policies that the caller may read; the services say who may change them."""

    serializer_class: type[serializers.Serializer[Any]] = PolicySerializer
    filter_backends: list[Any] = []
    queryset = Policy.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who moderates or manages policies; others are refused before anything is told."""
        super().initial(request, *args, **kwargs)
        if not rights.may_read(request.user):
            raise NotPermitted

    def get_queryset(self) -> QuerySet[Policy]:
        """Those that are not hidden from the caller."""
        return rights.seen_by(self.request.user)

    def policy(self) -> Policy:
        """The policy that the address names."""
        found = self.get_queryset().filter(pk=self.kwargs["policy_id"]).first()
        if found is None:
            raise NotFound
        return found

    def shown(self, policy: Policy, *, code: int = status.HTTP_200_OK) -> Response:
        """A policy as it stands now."""
        return Response(PolicySerializer(policy).data, status=code)


class PolicyListView(_Policies):
    """All policies, by name."""

    class Paging(PortalCursorPagination):
        """By name."""

        ordering = ("name", "id")

    pagination_class = Paging

    @extend_schema(responses=PolicySerializer(many=True), operation_id="policies_list")
    def get(self, request: Request) -> Response:
        """A page of them."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(PolicySerializer(page, many=True).data)

    @extend_schema(
        request=NewPolicySerializer, responses={201: PolicySerializer}, operation_id="policies_create"
    )
    def post(self, request: Request) -> Response:
        """Make a policy."""
        form = NewPolicySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = policies.make(user=request.user, given=form.validated_data)
        return self.shown(made, code=status.HTTP_201_CREATED)


class PolicyView(_Policies):
    """One policy."""

    @extend_schema(responses=PolicySerializer, operation_id="policies_retrieve")
    def get(self, request: Request, policy_id: UUID) -> Response:
        """What it says now."""
        return self.shown(self.policy())

    @extend_schema(
        request=PolicyChangeSerializer, responses=PolicySerializer, operation_id="policies_partial_update"
    )
    def patch(self, request: Request, policy_id: UUID) -> Response:
        """Change its texts, what it says, or its mode."""
        form = PolicyChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        options = {name: given.pop(name) for name in ("confirm", "everything")}
        changed = policies.revise(
            user=request.user,
            policy=self.policy(),
            seen=given.pop("version", None),
            mode=given.pop("mode", None),
            given=given,
            **options,
        )
        return self.shown(changed)

    @extend_schema(responses={204: None}, operation_id="policies_destroy")
    def delete(self, request: Request, policy_id: UUID) -> Response:
        """Delete a policy of which there were no cases."""
        policies.delete(user=request.user, policy=self.policy())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PolicyVersionsView(_Policies):
    """What a policy has said in the course of time."""

    class Paging(PortalCursorPagination):
        """The newest first."""

        ordering = ("-number", "id")

    pagination_class = Paging
    serializer_class = PolicyVersionSerializer

    @extend_schema(responses=PolicyVersionSerializer(many=True), operation_id="policies_versions")
    def get(self, request: Request, policy_id: UUID) -> Response:
        """A page of its versions."""
        page = self.paginate_queryset(PolicyVersion.objects.filter(policy=self.policy())) or []
        return self.get_paginated_response(PolicyVersionSerializer(page, many=True).data)


class PolicyReplayView(_Policies):
    """Trying rules before they count."""

    serializer_class = ReplaySerializer

    @extend_schema(
        request=ReplayOrderSerializer, responses={202: ReplaySerializer}, operation_id="policies_replay"
    )
    def post(self, request: Request, policy_id: UUID) -> Response:
        """Have rules tried on everything that was found before."""
        form = ReplayOrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rules = form.validated_data.get("rules")
        begun = replaying.start(user=request.user, policy=self.policy(), rules=rules)
        return Response(_replay(begun, request.user), status=status.HTTP_202_ACCEPTED)


class ReplayView(_Policies):
    """One replay."""

    serializer_class = ReplaySerializer

    @extend_schema(responses=ReplaySerializer, operation_id="policies_replay_retrieve")
    def get(self, request: Request, policy_id: UUID, replay_id: UUID) -> Response:
        """How far it is, and what it has found."""
        found = Replay.objects.select_related("against").filter(policy=self.policy(), pk=replay_id).first()
        if found is None:
            raise NotFound
        return Response(_replay(found, request.user))


class PolicyShadowView(_Policies):
    """A policy that is a shadow."""

    serializer_class = ShadowSerializer

    @extend_schema(responses=ShadowSerializer, operation_id="policies_shadow")
    def get(self, request: Request, policy_id: UUID) -> Response:
        """What it would have done so far."""
        found = shadows.of(policy=self.policy())
        return Response(
            {"total": found.total, "changes": _changes(found.counts, found.samples, request.user)}
        )


def _replay(replay: Replay, user: Caller) -> dict[str, Any]:
    """A replay as JSON."""
    names = ("policy_id", "status", "done", "total", "created_at", "ended_at")
    return {
        "id": replay.pk,
        **{name: getattr(replay, name) for name in names},
        "against": replay.against.number if replay.against else None,
        "changes": _changes(replay.counts, replay.samples, user),
        "error": replay.error or None,
    }


def _changes(counts: Mapping[str, int], some: Mapping[str, list[str]], user: Caller) -> list[dict[str, Any]]:
    """The changes, the most frequent first; what stays as it is among them."""
    seen = samples.shown(user=user, samples=some)
    found = []
    for change, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        before, after = change.split(">")
        ids = [str(asset.pk) for asset in seen.get(change, ())]
        found.append({"before": before, "after": after, "count": count, "asset_ids": ids})
    return found


urlpatterns = [
    path("policies/", PolicyListView.as_view(), name="api-policies"),
    path("policies/<uuid:policy_id>/", PolicyView.as_view(), name="api-policy"),
    path("policies/<uuid:policy_id>/versions/", PolicyVersionsView.as_view(), name="api-policy-versions"),
    path("policies/<uuid:policy_id>/replay", PolicyReplayView.as_view(), name="api-policy-replay"),
    path(
        "policies/<uuid:policy_id>/replays/<uuid:replay_id>/",
        ReplayView.as_view(),
        name="api-policy-replay-of",
    ),
    path("policies/<uuid:policy_id>/shadow", PolicyShadowView.as_view(), name="api-policy-shadow"),
]
