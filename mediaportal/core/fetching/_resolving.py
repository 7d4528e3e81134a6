"""From a name to addresses that have been checked."""

import queue
import socket
import threading
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from mediaportal.core.fetching._address import Target
from mediaportal.core.fetching._networks import is_allowed
from mediaportal.core.fetching._problems import ConnectionBroke, FetchFailed, UrlNotAllowed

Resolver = Callable[[str, int], Sequence[str]]
"""Host name and port in, addresses out; raises `OSError` for a name that has none."""

# The system's resolver knows no time limit: each question has a thread that may be left behind, but not without end.
_MOST_QUESTIONS = 32
_asking = threading.BoundedSemaphore(_MOST_QUESTIONS)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver, each once, in its order. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(place[0]) for *_facts, place in found))


def checked_addresses(
    target: Target, *, resolver: Resolver, seconds: float, anywhere: bool = False
) -> Sequence[str]:
    """The addresses behind a target, every one of which may be connected to; takes at most so many seconds. With
    `anywhere` they may lie in any network.

    Raises `UrlNotAllowed` when even one of them may not, `FetchFailed` when there is none, and `ConnectionBroke` when
    nobody can tell just now.
    """
    found = [target.host] if target.is_literal else _ask(target, resolver, seconds)
    if not found:
        raise FetchFailed(_("There is no machine of the name %s.") % target.host)
    if not anywhere and not all(is_allowed(address) for address in found):
        raise UrlNotAllowed(_("%s is not a public address.") % target.host)
    return found


def _ask(target: Target, resolver: Resolver, seconds: float) -> Sequence[str]:
    """Ask for a name's addresses in a thread of its own."""
    answer: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolver(target.host, target.port))
        except (OSError, UnicodeError) as error:
            answer.put(error)
        finally:
            _asking.release()

    if not _asking.acquire(timeout=seconds):
        raise ConnectionBroke(_("The name %s could not be looked up in time.") % target.host)
    threading.Thread(target=ask, name="resolving", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty:
        raise ConnectionBroke(_("The name %s could not be looked up in time.") % target.host) from None
    if isinstance(found, socket.gaierror) and found.errno == socket.EAI_AGAIN:
        raise ConnectionBroke(_("The name %s could not be looked up in time.") % target.host)
    if isinstance(found, Exception):
        raise FetchFailed(_("There is no machine of the name %s.") % target.host)
    return found
