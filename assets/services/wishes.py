"""What an uploader may wish for: the fields beside the file, parsed and checked. Unknown words are refused, so that
nobody waits for something that will not happen.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from assets import offers
from assets.exceptions import InvalidOptions
from assets.models import Asset, Collection, Kind, Visibility
from mediaportal.accounts.ages import AgeRating
from mediaportal.core.problems import FieldProblem

FIELDS = frozenset({"filename", "content_type", "metadata", "processing_options"})
_MOST_TAGS = 50
_LONGEST_TAG = 60


@dataclass(frozen=True)
class Wishes:
    """The checked fields of one upload."""

    filename: str = ""
    kind: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def parse(fields: dict[str, str]) -> Wishes:
    """The wishes in a form's text fields. Raises `InvalidOptions` with every field that is wrong.

    Asks the database when a preset is named.
    """
    problems: list[FieldProblem] = []
    metadata = _object(fields, "metadata", problems)
    options = _object(fields, "processing_options", problems)
    return _checked(fields.get("filename", ""), fields.get("content_type", ""), metadata, options, problems)


def of_values(*, filename: str, kind: str, metadata: dict[str, Any], options: dict[str, Any]) -> Wishes:
    """The wishes in the body of a JSON request, whose objects are parsed already. Raises as `parse` does."""
    problems: list[FieldProblem] = []
    metadata = _kept(metadata, "metadata", problems)
    options = _kept(options, "processing_options", problems)
    return _checked(filename, kind, metadata, options, problems)


def _checked(
    filename: str,
    kind: str,
    metadata: dict[str, Any],
    options: dict[str, Any],
    problems: list[FieldProblem],
) -> Wishes:
    """The wishes, unless there are problems: those that were found before and those of the values."""
    if kind and kind not in Kind.values:
        problems.append(FieldProblem("content_type", "invalid", _("Must be video, audio or image.")))
    problems += _check(metadata, _METADATA, "metadata")
    known = {name: _text(100) for name in offers.option_names()}
    known |= dict.fromkeys(offers.option_flags(), _text_or_flag)
    known |= dict.fromkeys(offers.option_lists(), _tags)
    problems += _check(options, known, "processing_options")
    if problems:
        raise InvalidOptions(errors=problems)
    offers.validate_options(options)
    return Wishes(filename.strip(), kind, metadata, options)


def _object(fields: dict[str, str], name: str, problems: list[FieldProblem]) -> dict[str, Any]:
    """A field that holds a JSON object; empty when it was not sent."""
    text = fields.get(name, "").strip()
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        problems.append(FieldProblem(name, "malformed", _("This is not JSON.")))
        return {}
    if not isinstance(found, dict):
        problems.append(FieldProblem(name, "invalid", _("Must be a JSON object.")))
        return {}
    return _kept(found, name, problems)


def _kept(found: dict[str, Any], name: str, problems: list[FieldProblem]) -> dict[str, Any]:
    """An object, or an empty one when it cannot be kept."""
    if not _storable(found):
        problems.append(FieldProblem(name, "invalid", _("It holds a character that cannot be kept.")))
        return {}
    return found


def _storable(found: dict[str, Any]) -> bool:
    """Whether PostgreSQL can keep it: no NUL, no half of a surrogate pair, no number that is none."""
    try:
        text = json.dumps(found, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        return False
    return "\\u0000" not in text


def _check(values: dict[str, Any], known: dict[str, Any], name: str) -> list[FieldProblem]:
    """What is wrong with the values of an object."""
    found = []
    for key, value in values.items():
        place = f"{name}.{key}"[:200]
        if key not in known:
            found.append(FieldProblem(place, "unknown", _("This is not known here.")))
        elif detail := known[key](value):
            found.append(FieldProblem(place, "invalid", detail))
    return found


def _text(longest: int) -> Any:
    """A check of text of at most so many characters."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            return _("Must be text.")
        return _("Must have at most %d characters.") % longest if len(value) > longest else ""

    return check


def _text_or_flag(value: Any) -> str:
    """A check of a word, or of true and false."""
    return "" if isinstance(value, bool) else str(_text(100)(value))


def _visibility(value: Any) -> str:
    """A check of the visibility."""
    allowed = list(Visibility.values)
    return "" if value in allowed else _("Must be one of: %s.") % ", ".join(allowed)


def _rating(value: Any) -> str:
    """A check of the age rating."""
    allowed = list(AgeRating.values)
    return "" if value in allowed else _("Must be one of: %s.") % ", ".join(allowed)


def _tags(value: Any) -> str:
    """A check of a list of words."""
    good = (
        isinstance(value, list)
        and len(value) <= _MOST_TAGS
        and all(isinstance(tag, str) and 0 < len(tag) <= _LONGEST_TAG for tag in value)
    )
    return (
        ""
        if good
        else _("Must be a list of at most %(count)d words of at most %(length)d characters.")
        % {
            "count": _MOST_TAGS,
            "length": _LONGEST_TAG,
        }
    )


def _collection(value: Any) -> str:
    """A check of a collection's id. Asks the database."""
    try:
        found = Collection.objects.filter(pk=UUID(value)).exists()
    except (AttributeError, TypeError, ValueError):
        return _("Must be the id of a collection.")
    return "" if found else _("There is no such collection.")


def _email(value: Any) -> str:
    """A check of an e-mail address."""
    if not isinstance(value, str):
        return _("Must be text.")
    try:
        validate_email(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


_METADATA = {
    "title": _text(Asset._meta.get_field("title").max_length or 0),
    "description": _text(Asset._meta.get_field("description").max_length or 0),
    "visibility": _visibility,
    "age_rating": _rating,
    "tags": _tags,
    "collection": _collection,
    # Kept with the upload until the portal has a place for it.
    "email": _email,
}
