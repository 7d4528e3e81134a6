"""What a tus client says of its file, in the words of the form."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assets.exceptions import InvalidOptions
from assets.services import wishes
from assets.services.wishes import Wishes
from mediaportal.core.problems import FieldProblem

# These may stand in `metadata`, or beside it for clients whose metadata is flat.
_FLAT = ("title", "description", "tags", "collection", "visibility", "age_rating", "email")


def wished(pairs: Mapping[str, str]) -> tuple[Wishes, str]:
    """The checked wishes, and the file's announced SHA-256 in hex (or empty).

    Keys that are not known are let pass: clients send several of their own. Raises `InvalidOptions`.
    """
    fields = {
        "filename": pairs.get("filename") or pairs.get("name") or "",
        "content_type": pairs.get("content_type", ""),
        "metadata": _merged(pairs),
        "processing_options": pairs.get("processing_options", ""),
    }
    sha256 = pairs.get("sha256", "").strip().lower()
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        detail = _("Must be 64 hexadecimal digits.")
        raise InvalidOptions(detail, errors=[FieldProblem("sha256", "invalid", detail)])
    return wishes.parse(fields), sha256


def _merged(pairs: Mapping[str, str]) -> str:
    """The JSON of `metadata` with the flat keys in it; one that is not JSON stays as it is, to be refused."""
    text = pairs.get("metadata", "").strip()
    flat = {name: pairs[name] for name in _FLAT if pairs.get(name, "").strip()}
    if not flat:
        return text
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return text
    if not isinstance(found, dict):
        return text
    every: dict[str, Any] = {**flat, **({"tags": _tags(flat["tags"])} if "tags" in flat else {}), **found}
    return json.dumps(every)


def _tags(text: str) -> Any:
    """Tags as a JSON list, or as words with commas between them."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list):
        return found
    return [word for word in (part.strip() for part in text.split(",")) if word]
