"""Who may ask for something: somebody who is signed in, nobody in particular, or a visitor who came by a share link."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from mediaportal.accounts.models import User

if TYPE_CHECKING:
    from assets.models import ShareLink


@dataclass(frozen=True)
class Visitor:
    """Somebody who came by a share link, and has said its password where it has one. They may do with the link's one
    asset what the link says, and nothing else.

    The link must have been loaded with its maker. What stands in it is as old as its loading: whoever decides on a
    request loads it for that request.
    """

    link: "ShareLink"

    @property
    def admitted(self) -> bool:
        """Whether the link is open: neither expired nor revoked, and whoever made it still has an account in use."""
        return (
            self.link.revoked_at is None
            and (self.link.expires_at is None or self.link.expires_at > timezone.now())
            and self.link.created_by.is_active
        )


Caller = User | AnonymousUser | Visitor
