"""People who may be named as the API takes and tells them."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from analysis.models import Person, PictureStatus
from analysis.services import persons
from mediaportal.core.serializers import ErrorSerializer


class NamingConsentSerializer(serializers.Serializer[Any]):
    """A consent to be named. The service judges it."""

    given_by = serializers.CharField(
        max_length=200, help_text="who consented: the person, or who speaks for them"
    )
    given_on = serializers.DateField()
    how = serializers.CharField(max_length=300, help_text="how that was told, such as a signed form")
    scope = serializers.CharField(max_length=5_000, help_text="to what")
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)


class NamingConsentStandingSerializer(NamingConsentSerializer):
    """A consent as it stands."""

    id = serializers.UUIDField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class PersonPictureSerializer(serializers.Serializer[Any]):
    """A picture that somebody is known by."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=PictureStatus.values)
    error = ErrorSerializer(allow_null=True)
    asset_id = serializers.UUIDField(allow_null=True, help_text="the file that it is a part of")
    second = serializers.FloatField(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="a JPEG; null until it has been made")
    created_at = serializers.DateTimeField()


class NameablePersonSerializer(serializers.Serializer[Any]):
    """Somebody who may be named while `consent_status` is in_force."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    note = serializers.CharField()
    consent_status = serializers.ChoiceField(choices=list(persons.STANDINGS))
    consent = NamingConsentStandingSerializer(
        allow_null=True, help_text="the one in force, or else the newest"
    )
    pictures = PersonPictureSerializer(many=True)
    faces_to_remove = serializers.IntegerField(help_text="that are still kept where they were")
    created_at = serializers.DateTimeField()


class NewPersonSerializer(serializers.Serializer[Any]):
    """A person to be added."""

    name = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")
    consent = NamingConsentSerializer()


class PersonEditSerializer(serializers.Serializer[Any]):
    """What may be changed of a person."""

    name = serializers.CharField(max_length=200, required=False)
    note = serializers.CharField(max_length=5_000, required=False, allow_blank=True)


class SentPictureSerializer(serializers.Serializer[Any]):
    """A picture as a file."""

    file = serializers.FileField(help_text="jpg, png, webp, gif, avif, heic or tiff, of at most 10 MiB")


class MomentPictureSerializer(serializers.Serializer[Any]):
    """The part of a file in which a face was found."""

    moment = serializers.IntegerField(min_value=1, help_text="the id of a moment of the kind face")


def document_of(person: Person, request: Request) -> dict[str, Any]:
    """A person as JSON."""
    standing = persons.standing_of(person)
    consent = standing.consent
    names = ("id", "given_by", "given_on", "how", "scope", "expires_on", "withdrawn_at")
    return {
        "id": str(person.pk),
        "name": person.name,
        "note": person.note,
        "consent_status": standing.state,
        "consent": {name: getattr(consent, name) for name in names} if consent else None,
        "pictures": [_picture(one, request) for one in standing.portraits],
        "faces_to_remove": getattr(person, "removals", 0),
        "created_at": person.created_at,
    }


def _picture(portrait: persons.Portrait, request: Request) -> dict[str, Any]:
    """A picture as JSON."""
    picture = portrait.picture
    address = reverse("api-person-picture", args=[picture.person_id, picture.pk], request=request)
    return {
        "id": str(picture.pk),
        "status": picture.status,
        "error": {"code": picture.error_code, "detail": portrait.reason} if picture.error_code else None,
        "asset_id": str(picture.asset_id) if picture.asset_id else None,
        "second": picture.second,
        "url": address if picture.prepared else None,
        "created_at": picture.created_at,
    }
