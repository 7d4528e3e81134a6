"""What every page needs to know of the portal and of who is looking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from assets import access


def portal(request: HttpRequest) -> dict[str, Any]:
    """The site's name and whether this person may upload."""
    return {"site_name": settings.SITE_NAME, "may_upload": access.can_upload(request.user)}
