"""What a step that cannot be carried out yet waits for, in words."""

from django.utils.translation import gettext as _


def word_of(code: str) -> str:
    """What a step with this error waits for, in the active language; empty when it is nothing in particular."""
    words = {
        "scanner_away": _("Waiting for the scanner"),
        "key_server_away": _("Waiting for the key server"),
        "master_key_missing": _("Waiting for the master key"),
    }
    return words.get(code, "")
