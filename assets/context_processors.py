"""What every page needs to know of the portal and of who is looking."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from assets import access
from assets.services import held, places
from assets.services.browse import count_working

_SIGNED_AT = "/api/v1/uploads/s3-multipart"
THEMES = ("light", "dark", "system")


def portal(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the chosen theme, whether this person may upload and how, and how many files are in work."""
    # An error page may be shown before anybody was asked who they are.
    user = getattr(request, "user", None) or AnonymousUser()
    theme = request.COOKIES.get("theme", "system")
    return {
        "site_name": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "system",
        "may_upload": access.can_upload(user),
        "upload": {"most": settings.MAX_FILE_SIZE, "direct": _SIGNED_AT if places.is_remote() else ""},
        "may_decide": access.can_manage_guest_links(user),
        "held_count": SimpleLazyObject(lambda: held.count(user=user)),
        "working": SimpleLazyObject(lambda: count_working(user=user)),
    }
