"""A line of the bell in the reader's language, made when it is read."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assets.services.reasons import said
from notifications.models import Notification

# Characters that keep a foreign direction of writing inside a name (Unicode's isolates).
_ISOLATE, _POP = "\u2068", "\u2069"

_SENTENCES: Final[dict[str, str | Promise]] = {
    "asset.ready": gettext_lazy("{title} is ready."),
    "asset.held": gettext_lazy("{title} is held for review."),
    "asset.blocked": gettext_lazy("{title} has been blocked."),
    "asset.rejected": gettext_lazy("{title} was refused."),
    "asset.failed": gettext_lazy("{title} could not be processed."),
    "malware.found": gettext_lazy("Malware was found in {title}."),
    "work.matched": gettext_lazy("{title} is alike to the protected work {work}."),
}
_ICONS: Final[dict[str, str]] = {
    "asset.ready": "circle-check",
    "asset.held": "eye",
    "asset.blocked": "ban",
    "asset.rejected": "triangle-alert",
    "asset.failed": "triangle-alert",
    "malware.found": "ban",
    "guest.arrived": "inbox",
    "work.matched": "shield-alert",
}


@dataclass(frozen=True)
class Words:
    """A line as it is shown. `reason` says why, in plain words, when something went wrong."""

    text: str
    html: SafeString
    reason: str
    icon: str


def words_of(line: Notification) -> Words:
    """The line's words in the active language; a kind that is not known (any longer) is told without detail."""
    names = {
        "title": str(line.data.get("title") or _("A file")),
        "link": str(line.data.get("link") or _("a guest link")),
        "work": str(line.data.get("work") or _("A file")),
    }
    sentence = _sentence(line)
    error: dict[str, Any] = line.data.get("error") or {}
    return Words(
        text=sentence.format(**{key: f"{_ISOLATE}{name}{_POP}" for key, name in names.items()}),
        html=format_html(
            sentence, **{key: format_html("<bdi>{}</bdi>", name) for key, name in names.items()}
        ),
        reason=said(str(error.get("detail", ""))),
        icon=_ICONS.get(line.kind, "bell"),
    )


def _sentence(line: Notification) -> str:
    """The sentence of a line, in which `{title}`, `{link}` and `{work}` stand for names."""
    count = int(line.data.get("count", 1))
    if line.kind == "guest.arrived":
        return ngettext(
            "{title} arrived through {link}.", "%(count)d files arrived through {link}.", count
        ) % {"count": count}
    return str(_SENTENCES.get(line.kind, gettext_lazy("There is news of {title}.")))
