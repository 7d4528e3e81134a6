"""Whose uploads the files of a folder are, and which folders may be taken from."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import MayNotUpload
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput, NotFound


def owner_of(email: str) -> User:
    """The person with this e-mail address. Raises `NotFound`, `MayNotUpload`, or `UploadsStopped`."""
    user = User.objects.filter(email__iexact=email.strip()).first() if email.strip() else None
    if user is None:
        raise NotFound(_("Nobody here has the e-mail address “%s”.") % email)
    if not access.can_upload(user):
        raise MayNotUpload(_("%s may not upload.") % email)
    return access.require_upload(user)


def require_foreign(folder: Path) -> None:
    """Raise `InvalidInput` for a folder that holds the portal's own files, or lies among them."""
    folder = folder.resolve()
    for name in ("MEDIA_ROOT", "INCOMING_ROOT", "SCRATCH_ROOT"):
        own = Path(getattr(settings, name)).resolve()
        if folder.is_relative_to(own) or own.is_relative_to(folder):
            raise InvalidInput(
                _("%(folder)s cannot be used: %(name)s is there.") % {"folder": folder, "name": name}
            )
