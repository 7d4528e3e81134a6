"""`{% icon "upload" %}`: an icon of the one set (Lucide), written into the page so that it takes the text's colour."""

import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@lru_cache(maxsize=256)
def _shapes(name: str) -> SafeString:
    """The inside of an icon's SVG; raises `LookupError` for a name that the set does not have."""
    path = Path(settings.NODE_MODULES) / "lucide-static" / "icons" / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise LookupError(f"there is no icon named {name!r}")
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return mark_safe(re.sub(r"\s*\n\s*", "", inside))  # noqa: S308 - a file of the locked icon set, no input


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An inline SVG of 1em, hidden from assistive technology: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon{}{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        " " if extra else "",
        extra,
        _shapes(name),
    )
