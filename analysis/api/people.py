"""The people who may be named over HTTP, with their consents and pictures; for those who manage people."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.api.peopleforms import (
    MomentPictureSerializer,
    NameablePersonSerializer,
    NamingConsentSerializer,
    NewPersonSerializer,
    PersonEditSerializer,
    SentPictureSerializer,
    document_of,
)
from analysis.models import Person, PersonPicture
from analysis.services import people, persons, portraits
from analysis.services.people import Consent
from mediaportal.core.paging import PortalCursorPagination
from mediaportal.core.parsers import BoundedJSONParser
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

_NOT_KEPT = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class _Jpeg(DefaultContentNegotiation):
    """What is answered is a picture, whatever the caller accepts; problems are told as always."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """The first renderer there is."""
        return (renderers[0], renderers[0].media_type)


class _People(generics.GenericAPIView[Person]):
    """People, for those who manage them; others are refused before anything is told."""

    serializer_class = NameablePersonSerializer
    filter_backends: list[Any] = []
    queryset = Person.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let nobody else in."""
        super().initial(request, *args, **kwargs)
        if not people.may_manage(request.user):
            raise NotPermitted

    def get_queryset(self) -> QuerySet[Person]:
        """All of them, by name."""
        return persons.listed()

    def person(self) -> Person:
        """The person that the address names."""
        found = Person.objects.filter(pk=self.kwargs["person_id"]).first()
        if found is None:
            raise NotFound
        return found

    def shown(self, person_id: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """A person as they stand now."""
        found = self.get_queryset().filter(pk=person_id).first()
        if found is None:
            raise NotFound
        return Response(document_of(found, self.request), status=code)


class PeopleListView(_People):
    """Everybody who may be named, or might once more."""

    class Paging(PortalCursorPagination):
        """By name."""

        ordering = ("name", "id")

    pagination_class = Paging

    @extend_schema(responses=NameablePersonSerializer(many=True), operation_id="people_list")
    def get(self, request: Request) -> Response:
        """A page of them."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([document_of(one, request) for one in page])

    @extend_schema(
        request=NewPersonSerializer, responses={201: NameablePersonSerializer}, operation_id="people_create"
    )
    def post(self, request: Request) -> Response:
        """Add a person with the consent."""
        form = NewPersonSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        made = people.add(
            user=request.user, name=told["name"], note=told["note"], consent=Consent(**told["consent"])
        )
        return self.shown(made.pk, code=status.HTTP_201_CREATED)


class PersonView(_People):
    """One person."""

    @extend_schema(responses=NameablePersonSerializer, operation_id="people_retrieve")
    def get(self, request: Request, person_id: UUID) -> Response:
        """How a person stands."""
        return self.shown(person_id)

    @extend_schema(
        request=PersonEditSerializer, responses=NameablePersonSerializer, operation_id="people_partial_update"
    )
    def patch(self, request: Request, person_id: UUID) -> Response:
        """Change the name or the note."""
        form = PersonEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        people.change(user=request.user, person=self.person(), **form.validated_data)
        return self.shown(person_id)

    @extend_schema(responses={204: None}, operation_id="people_destroy")
    def delete(self, request: Request, person_id: UUID) -> Response:
        """Delete a person with everything that is known of them."""
        people.remove(user=request.user, person=self.person())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PersonConsentsView(_People):
    """Further consents."""

    @extend_schema(
        request=NamingConsentSerializer,
        responses={201: NameablePersonSerializer},
        operation_id="people_consent",
    )
    def post(self, request: Request, person_id: UUID) -> Response:
        """Write a consent down."""
        form = NamingConsentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        people.consented(user=request.user, person=self.person(), consent=Consent(**form.validated_data))
        return self.shown(person_id, code=status.HTTP_201_CREATED)


class PersonWithdrawView(_People):
    """The end of all consents."""

    @extend_schema(request=None, responses=NameablePersonSerializer, operation_id="people_withdraw")
    def post(self, request: Request, person_id: UUID) -> Response:
        """Withdraw them."""
        people.withdraw(user=request.user, person=self.person())
        return self.shown(person_id)


class PersonPicturesView(_People):
    """The pictures that a person is known by."""

    parser_classes = [BoundedJSONParser, MultiPartParser]

    @extend_schema(
        request={
            "multipart/form-data": SentPictureSerializer,
            "application/json": MomentPictureSerializer,
        },
        responses={201: NameablePersonSerializer},
        operation_id="people_pictures_create",
    )
    def post(self, request: Request, person_id: UUID) -> Response:
        """Keep a picture that is sent (a form), or the face of a moment (JSON)."""
        person = self.person()
        sent: Any = request.data
        file = sent.get("file")
        if isinstance(file, UploadedFile):
            # One byte more than is taken, so that too many are seen.
            portraits.send(user=request.user, person=person, data=file.read(portraits.MOST_BYTES + 1))
        elif "moment" in sent:
            form = MomentPictureSerializer(data=sent)
            form.is_valid(raise_exception=True)
            portraits.take(user=request.user, person=person, moment_id=form.validated_data["moment"])
        else:
            said = _("Send a picture, or name a moment.")
            raise InvalidInput(said, errors=[FieldProblem("file", "required", said)])
        return self.shown(person_id, code=status.HTTP_201_CREATED)


class PersonPictureView(_People):
    """One picture."""

    content_negotiation_class = _Jpeg

    @extend_schema(
        responses={(status.HTTP_200_OK, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY)},
        operation_id="people_pictures_retrieve",
    )
    def get(self, request: Request, person_id: UUID, picture_id: UUID) -> HttpResponse:
        """The JPEG, once it has been made."""
        picture = self._picture(prepared=True)
        return HttpResponse(bytes(picture.image or b""), content_type="image/jpeg", headers=_NOT_KEPT)

    @extend_schema(responses={204: None}, operation_id="people_pictures_destroy")
    def delete(self, request: Request, person_id: UUID, picture_id: UUID) -> Response:
        """Delete it; its face is removed where it is kept."""
        portraits.remove(user=request.user, picture=self._picture())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _picture(self, **traits: Any) -> PersonPicture:
        mine = PersonPicture.objects.filter(person=self.kwargs["person_id"], **traits)
        found = mine.filter(pk=self.kwargs["picture_id"]).first()
        if found is None:
            raise NotFound
        return found
