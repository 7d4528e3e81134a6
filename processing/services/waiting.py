"""What a step that cannot be carried out yet waits for, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _

_more: dict[str, Promise] = {}


def add_words(words: Mapping[str, Promise]) -> None:
    """Say what the steps of an upper app wait for, by their codes."""
    _more.update(words)


def word_of(code: str) -> str:
    """What a step with this error waits for, in the active language; empty when it is nothing in particular."""
    words = {
        "scanner_away": _("Waiting for the scanner"),
        "key_server_away": _("Waiting for the key server"),
        "master_key_missing": _("Waiting for the master key"),
    }
    return words.get(code) or str(_more.get(code, ""))
