"""Languages by their tags (BCP 47): whether a tag is well-formed, how it is written, and what speakers call it."""

import re

from django.utils.translation import get_language_info

LONGEST_TAG = 35
UNDETERMINED = "und"
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{5,8})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
)


def as_tag(text: str) -> str | None:
    """A tag as it is written by custom (`ar-EG`, `zh-Hant`); None for what is none, or longer than 35 characters.

    Underscores count as hyphens. Whether somebody speaks the language is not asked.
    """
    plain = text.strip().replace("_", "-").lower()
    if len(plain) > LONGEST_TAG or not plain.isascii():
        return None
    found = _TAG.fullmatch(plain)
    if found is None:
        return None
    parts = [found["language"]]
    rest = plain[len(found["language"]) :]
    if script := found["script"]:
        parts.append(script.title())
        rest = rest[len(script) + 1 :]
    if region := found["region"]:
        parts.append(region.upper())
        rest = rest[len(region) + 1 :]
    return "-".join(parts) + rest


def own_name(tag: str) -> str:
    """What its speakers call a language, as far as it is known; otherwise the tag."""
    try:
        return str(get_language_info(tag.lower())["name_local"])
    except KeyError:
        return tag
