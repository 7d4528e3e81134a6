"""Why something failed, in the reader's language.

Reasons are kept as their English sentences, which are found in the catalogue when they are shown. One that was kept
with a name or a number in it stays as it is.
"""

from django.utils.translation import gettext


def said(sentence: str) -> str:
    """A kept sentence in the active language; empty stays empty (gettext would answer with the catalogue's head)."""
    return gettext(sentence) if sentence else ""
