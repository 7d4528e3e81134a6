"""A line of the bell in the reader's language, made when it is read."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from analysis.models import Reason
from analysis.services.moderation import owning
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
    "decision.rejected": gettext_lazy("{title} was looked at and is blocked."),
    "decision.restricted": gettext_lazy("{title} was looked at and is shown only to some."),
    "decision.lifted": gettext_lazy(
        "{title} is shown again as before: the decision against it was taken back."
    ),
    "appeal.upheld": gettext_lazy("Your appeal about {title} was looked at: the decision stands."),
    "appeal.overturned": gettext_lazy("Your appeal about {title} was looked at: you are right."),
    "report.approved": gettext_lazy("Your report of {title} was looked at: it may stay as it is."),
    "report.rejected": gettext_lazy("Your report of {title} was looked at: it is not shown any more."),
    "report.restricted": gettext_lazy("Your report of {title} was looked at: it is shown only to some now."),
    "strike.lifted": gettext_lazy("The decision on {title} does not count against you any more."),
    "case.mentioned": gettext_lazy("{author} has named you in a comment on {title}."),
}
# Told to an owner of what is theirs: nobody switches these e-mails off.
ALWAYS: Final = frozenset(
    {"decision.rejected", "decision.restricted", "decision.lifted", "appeal.upheld", "appeal.overturned"}
    | {"strike.lifted"}
)
_ICONS: Final[dict[str, str]] = {
    "asset.ready": "circle-check",
    "asset.held": "eye",
    "asset.blocked": "ban",
    "asset.rejected": "triangle-alert",
    "asset.failed": "triangle-alert",
    "malware.found": "ban",
    "guest.arrived": "inbox",
    "work.matched": "shield-alert",
    "decision.rejected": "ban",
    "decision.restricted": "shield-alert",
    "decision.lifted": "circle-check",
    "appeal.upheld": "scale",
    "appeal.overturned": "scale",
    "report.approved": "flag",
    "report.rejected": "flag",
    "report.restricted": "flag",
    "strike.lifted": "circle-check",
    "case.mentioned": "message-square",
}


@dataclass(frozen=True)
class Words:
    """A line as it is shown. `plain` is its text without marks of direction; `reason` says why, in plain words, when
    something went wrong; `more` are further paragraphs, for e-mails. `always`: it is sent to who wants no news, too.
    """

    text: str
    html: SafeString
    plain: str
    reason: str
    icon: str
    more: list[str]
    always: bool


def words_of(line: Notification) -> Words:
    """The line's words in the active language; a kind that is not known (any longer) is told without detail."""
    names = {
        "title": str(line.data.get("title") or _("A file")),
        "link": str(line.data.get("link") or _("a guest link")),
        "work": str(line.data.get("work") or _("A file")),
        "author": str(line.data.get("author") or _("Somebody")),
    }
    sentence = _sentence(line)
    error: dict[str, Any] = line.data.get("error") or {}
    decision: dict[str, Any] = line.data.get("decision") or {}
    return Words(
        text=sentence.format(**{key: f"{_ISOLATE}{name}{_POP}" for key, name in names.items()}),
        html=format_html(
            sentence, **{key: format_html("<bdi>{}</bdi>", name) for key, name in names.items()}
        ),
        plain=" ".join(sentence.format(**names).split()),
        reason=said(str(error.get("detail", ""))) or (_reason(decision) if decision else ""),
        icon=_ICONS.get(line.kind, "bell"),
        more=_more(decision) if decision else [],
        always=line.kind in ALWAYS,
    )


def _reason(decision: dict[str, Any]) -> str:
    """The policy and the reason of a decision, in short."""
    return f"{_told(decision, 'policy')}: {_label(decision)}"


def _more(decision: dict[str, Any]) -> list[str]:
    """What an owner is told of a decision, a paragraph each."""
    said_so = [
        _("Policy: %(name)s") % {"name": _told(decision, "policy")},
        _told(decision, "statement"),
        _("Reason: %(reason)s") % {"reason": _label(decision)},
        *owning.meaning(decision.get("action", ""), decision.get("restriction") or {}),
    ]
    if decision.get("strike_until"):
        said_so.append(_("This counts against you until %(day)s.") % {"day": decision["strike_until"]})
    if decision.get("until"):
        said_so.append(
            _("You can appeal once, until %(day)s. Somebody else then looks at it.")
            % {"day": decision["until"]}
        )
    return [line for line in said_so if line]


def _told(decision: dict[str, Any], name: str) -> str:
    """Words of a policy in the active language, as far as they are written."""
    words: dict[str, str] = decision.get(name) or {}
    return words.get((get_language() or "en")[:2], "") or words.get("en", "")


def _label(decision: dict[str, Any]) -> str:
    """A reason in words."""
    code = str(decision.get("reason", ""))
    return str(Reason(code).label) if code in Reason.values else code


def _sentence(line: Notification) -> str:
    """The sentence of a line, in which `{title}`, `{link}`, `{work}` and `{author}` stand for names."""
    count = int(line.data.get("count", 1))
    if line.kind == "guest.arrived":
        return ngettext(
            "{title} arrived through {link}.", "%(count)d files arrived through {link}.", count
        ) % {"count": count}
    return str(_SENTENCES.get(line.kind, gettext_lazy("There is news of {title}.")))
