"""Safe HTTP out: the one way in which the portal asks other machines for something that a person has named.

`fetch` resolves the name itself, refuses every address that is not a public one, connects to the very address that it
has checked, and does so again at every redirect. Nothing of the environment (proxies, netrc) and nothing of the
portal (cookies, tokens) goes out. What comes back is bounded in time and bytes and is never unpacked.
"""

from mediaportal.core.fetching._address import Target, parse, shown
from mediaportal.core.fetching._fetch import Answer, Limits, check, fetch
from mediaportal.core.fetching._problems import (
    AnswerTooLarge,
    ConnectionBroke,
    FetchFailed,
    UrlNotAllowed,
)
from mediaportal.core.fetching._resolving import Resolver, resolve

__all__ = [
    "Answer",
    "AnswerTooLarge",
    "ConnectionBroke",
    "FetchFailed",
    "Limits",
    "Resolver",
    "Target",
    "UrlNotAllowed",
    "check",
    "fetch",
    "parse",
    "resolve",
    "shown",
]
