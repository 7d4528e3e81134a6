"""What can go wrong on the way out."""

from django.utils.translation import gettext_lazy as _

from mediaportal.core.problems import Problem


class UrlNotAllowed(Problem):
    """The portal does not go to this address."""

    status = 400
    code = "url_not_allowed"
    title = _("The portal does not fetch from this address")


class FetchFailed(Problem):
    """The other machine did not give what was asked for."""

    status = 502
    code = "fetch_failed"
    title = _("The address could not be fetched")


class ConnectionBroke(FetchFailed):
    """The connection could not be made, or ended before the answer did; another try may help."""


class AnswerTooLarge(FetchFailed):
    """The answer has, or says that it has, more bytes than were asked for."""
