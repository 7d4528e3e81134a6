"""The library: assets and their variants."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets import access
from assets.api.filters import MATCH, AssetFilter, AssetOrdering
from assets.api.serializers import (
    AssetEditSerializer,
    AssetFoundSerializer,
    AssetPlaybackSerializer,
    AssetSerializer,
    DeletionHoldReasonSerializer,
    DeletionHoldSerializer,
    VariantSerializer,
)
from assets.models import Asset, Variant
from assets.services import deletionholds, finding, held, library, links, quarantine
from mediaportal.core.problems import NotFound, NotPermitted


@extend_schema(
    parameters=[
        OpenApiParameter(
            "q", str, description="Words in title, file name, description or tags, or inside of it"
        ),
        OpenApiParameter("trashed", bool, description="Those in the trash instead"),
    ]
)
class AssetListView(ListAPIView[Asset]):
    """Assets that the caller may see, newest first, or as `ordering` says. New ones come by upload."""

    serializer_class = AssetFoundSerializer
    search = finding.Search()
    filterset_class = AssetFilter
    filter_backends = [DjangoFilterBackend, AssetOrdering]

    def get_queryset(self) -> QuerySet[Asset]:
        """Those that the caller may see; with `?trashed=true` those in the trash that the caller may take out."""
        trashed = self.request.query_params.get("trashed", "").lower() in {"1", "true"}
        found = Asset.objects.in_trash_of if trashed else Asset.objects.visible_to
        return found(self.request.user).select_related("uploaded_by").with_poster()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that pass the filters and have the words."""
        asked = self.request.query_params
        self.search = finding.search_of(user=self.request.user, typed=asked.get("q", ""))
        found = self.search.narrowed(super().filter_queryset(queryset))
        return found.annotate(nearness=self.search.nearness) if MATCH in asked.get("ordering", "") else found

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page, each asset with the place where its words stand."""
        page = super().paginate_queryset(queryset)
        places = finding.places_of(self.search, page or [], user=self.request.user)
        for asset in page or []:
            asset.found_at = places.get(asset.pk)
        return page


class _OneAsset(GenericAPIView[Asset]):
    """An asset that the caller may see; for others there is none."""

    serializer_class = AssetSerializer
    lookup_url_kwarg = "asset_id"

    def get_queryset(self) -> QuerySet[Asset]:
        """Those that the caller may see."""
        visible = Asset.objects.visible_to(self.request.user)
        return visible.select_related("uploaded_by").with_poster().prefetch_related("tags", "collections")


class AssetView(_OneAsset):
    """One asset."""

    @extend_schema(operation_id="asset_retrieve")
    def get(self, _request: Request, **_kwargs: Any) -> Response:
        """Everything that is known of an asset."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=AssetEditSerializer, responses=AssetSerializer, operation_id="asset_edit")
    def patch(self, request: Request, **_kwargs: Any) -> Response:
        """Change the title, the description, the visibility, the age rating, whether those who may watch it may
        download it, the tags (all of them) or the collections (all).
        """
        asset = self.get_object()
        form = AssetEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        library.edit(user=request.user, asset=asset, **form.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={204: None}, operation_id="asset_trash")
    def delete(self, request: Request, **_kwargs: Any) -> Response:
        """Put an asset in the trash."""
        library.trash(user=request.user, asset=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssetRestoreView(GenericAPIView[Asset]):
    """The way out of the trash."""

    serializer_class = AssetSerializer

    @extend_schema(request=None, responses=AssetSerializer, operation_id="asset_restore")
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Take an asset out of the trash."""
        found = get_object_or_404(Asset, pk=asset_id)
        library.restore(user=request.user, asset=found)
        seen = Asset.objects.visible_to(request.user)
        asset = seen.select_related("uploaded_by").with_poster().get(pk=asset_id)
        return Response(self.get_serializer(asset).data)


class _ManagersAct(_OneAsset):
    """Something that managers do to an asset."""

    def answer(self) -> Response:
        """The asset as it is now."""
        return Response(self.get_serializer(self.get_object()).data)


class AssetReleaseScanView(_ManagersAct):
    """The way through the gate for what cannot be scanned."""

    @extend_schema(request=None, responses=AssetSerializer, operation_id="asset_release_scan")
    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Let a file through that cannot be scanned for malware; its job goes on."""
        quarantine.release(user=request.user, asset=self.get_object())
        return self.answer()


class AssetDeleteOriginalView(_ManagersAct):
    """The end of bytes that carry malware."""

    @extend_schema(request=None, responses=AssetSerializer, operation_id="asset_delete_original")
    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Delete the bytes of an original that carries malware; its record stays."""
        quarantine.delete_original(user=request.user, asset=self.get_object())
        return self.answer()


class AssetPublishView(_ManagersAct):
    """The way out of being held."""

    @extend_schema(request=None, responses=AssetSerializer, operation_id="asset_publish")
    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Let a held asset through; it is published when scan and processing agree."""
        held.release(user=request.user, asset=self.get_object())
        return self.answer()


class AssetHoldView(_ManagersAct):
    """The way back."""

    @extend_schema(request=None, responses=AssetSerializer, operation_id="asset_hold")
    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Take an asset back until somebody has decided on it."""
        held.hold(user=request.user, asset=self.get_object())
        return self.answer()


class AssetDeletionHoldView(_OneAsset):
    """What keeps an asset from being deleted; for those who may say so."""

    @extend_schema(responses=DeletionHoldSerializer, operation_id="asset_deletion_hold")
    def get(self, request: Request, **_kwargs: Any) -> Response:
        """The hold that stands; 404 where there is none."""
        hold = deletionholds.standing(user=request.user, asset=self.get_object())
        if hold is None:
            raise NotFound
        return Response(DeletionHoldSerializer(hold).data)

    @extend_schema(
        request=DeletionHoldReasonSerializer,
        responses=DeletionHoldSerializer,
        operation_id="asset_deletion_hold_place",
    )
    def put(self, request: Request, **_kwargs: Any) -> Response:
        """Keep it; until the hold is lifted, whatever would delete it is refused with `on_hold`."""
        asset = self.get_object()
        form = DeletionHoldReasonSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        hold = deletionholds.place(user=request.user, asset=asset, **form.validated_data)
        return Response(DeletionHoldSerializer(hold).data)

    @extend_schema(responses={204: None}, operation_id="asset_deletion_hold_lift")
    def delete(self, request: Request, **_kwargs: Any) -> Response:
        """Lift the hold."""
        deletionholds.lift(user=request.user, asset=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssetVariantsView(ListAPIView[Variant]):
    """The files that were made of one asset."""

    serializer_class = VariantSerializer
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Variant]:
        """Those of an asset that the caller may see."""
        visible = Asset.objects.visible_to(self.request.user)
        asset = get_object_or_404(visible, pk=self.kwargs["asset_id"])
        if not access.has_whole(self.request.user, asset):
            return Variant.objects.none()
        return Variant.objects.filter(asset=asset).select_related("asset")


class VariantFileView(APIView):
    """One file of an asset, under an address that does not end."""

    @extend_schema(responses={302: None}, operation_id="asset_variant_file")
    def get(self, request: Request, asset_id: UUID, variant_id: UUID) -> HttpResponseRedirect:
        """Lead to the file by a link that is made for the caller. `NotPermitted` for a file that is kept from them."""
        asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_id)
        variant = get_object_or_404(Variant.objects.select_related("asset"), asset=asset, pk=variant_id)
        address = links.variant_url(variant=variant, user=request.user)
        if address is None:
            raise NotPermitted
        return HttpResponseRedirect(address, headers={"Cache-Control": "private, no-store"})


class AssetPlaybackView(_OneAsset):
    """What a player needs; of what is public also for people without an account."""

    permission_classes = [AllowAny]

    def get_object(self) -> Asset:
        """The asset; strangers hear of everything else that they have to sign in, whether it exists or not."""
        try:
            return super().get_object()
        except Http404:
            if not self.request.user.is_authenticated:
                self.permission_denied(self.request)
            raise

    @extend_schema(responses=AssetPlaybackSerializer, operation_id="asset_playback")
    def get(self, request: Request, **_kwargs: Any) -> Response:
        """Signed links to the streams of an asset, its poster and its original."""
        document = links.playback(asset=self.get_object(), user=request.user)
        return Response(
            AssetPlaybackSerializer(document).data, headers={"Cache-Control": "private, no-store"}
        )
