"""How the admin looks: the pages' own colours and mark, as its theme (django-unfold) wants them told."""

from typing import Any

from django.templatetags.static import static

_SHADES = ["50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950"]
_GREYS = [
    "fcfcfc", "f7f7f7", "e8e8e8", "d6d6d6", "b0b0b0", "747474",
    "5c5c5c", "484848", "282828", "1f1f1f", "121212",
]  # fmt: skip
_BLUES = [
    "f3f7fe", "e9f0fd", "cfdffb", "a9c6f8", "7cb0ff", "3f7fe6",
    "1757d1", "1348ae", "123d90", "143574", "182a4a",
]  # fmt: skip


def settings_of(site_name: str) -> dict[str, Any]:
    """The theme's settings."""
    return {
        "SITE_TITLE": site_name,
        "SITE_HEADER": site_name,
        "SITE_URL": "/",
        "SITE_ICON": lambda _request: static("img/mark.svg"),
        "SITE_FAVICONS": [
            {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/mark.svg")}
        ],
        "SHOW_LANGUAGES": True,
        "SHOW_BACK_BUTTON": True,
        "BORDER_RADIUS": "6px",
        "COLORS": {  # the pages' greys and their one accent (static/css/tokens.css)
            "base": {shade: f"#{grey}" for shade, grey in zip(_SHADES, _GREYS, strict=True)},
            "primary": {shade: f"#{blue}" for shade, blue in zip(_SHADES, _BLUES, strict=True)},
        },
    }
