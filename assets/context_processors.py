"""What every page needs to know of the portal and of who is looking."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from assets import access, registry
from assets.services import held, places
from assets.services.browse import count_working

_SIGNED_AT = "/api/v1/uploads/s3-multipart"
THEMES = ("light", "dark", "system")


def portal(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the chosen theme, whether this person may upload and how, where they review and how much waits
    for them there, and how many files are in work.
    """
    # An error page may be shown before anybody was asked who they are.
    user = getattr(request, "user", None) or AnonymousUser()
    theme = request.COOKIES.get("theme", "system")
    return {
        "site_name": settings.SITE_NAME,
        "theme": theme if theme in THEMES else "system",
        "may_upload": access.can_upload(user),
        "upload": {"most": settings.MAX_FILE_SIZE, "direct": _SIGNED_AT if places.is_remote() else ""},
        "may_decide": access.can_manage_guest_links(user),
        "review": SimpleLazyObject(lambda: _review(user)),
        "working": SimpleLazyObject(lambda: count_working(user=user)),
    }


def _review(user: access.Caller) -> dict[str, Any]:
    """Where somebody reviews and how much waits for them there, counted up to a hundred for each kind: cases, and for
    who decides on what is held at the gate those `files`. Empty for those who review nothing.
    """
    files = held.count(user=user)
    desk = registry.review_desk(user)
    if desk is not None:
        return {"url": reverse(desk.url_name), "count": desk.waiting(user) + files, "files": files}
    gate = {"url": reverse("held"), "count": files, "files": files}
    return gate if access.can_manage_guest_links(user) else {}
