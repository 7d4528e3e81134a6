"""How the pages of moderation write severities, times, shares, and facts of a file."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analysis.models import Severity
from analysis.rules.agreement import Kappa, Share
from analysis.services.moderation.vocabulary import FIELD_WORDS, Words, choices_of
from assets.templatetags.portal import roughly
from mediaportal.core.templatetags.icons import icon

register = template.Library()

_ICONS = {
    Severity.LOW: "circle",
    Severity.MEDIUM: "circle-alert",
    Severity.HIGH: "triangle-alert",
    Severity.CRITICAL: "octagon-alert",
}
# What a field is of which rules ask for more than a number.
_MEASURES: Words = {"duration": gettext_lazy("Length"), "file_size": gettext_lazy("Size")}
_HOUR = 3_600
_DAY = 24 * _HOUR


@register.simple_tag
def severity_mark(severity: int) -> SafeString:
    """A severity as icon and word; its colour comes with `data-severity`."""
    level = Severity(severity)
    return format_html(
        '<span class="severity" data-severity="{}">{}<span>{}</span></span>',
        level.value,
        icon(_ICONS[level], "s"),
        level.label,
    )


@register.filter
def lasting(seconds: float | None) -> str:
    """Seconds as the time that cases take: "0 s", "40 s", "6 min", "2 h 10 min", "16 h", "3 days"; a dash for none."""
    if seconds is None:
        return "–"
    long = abs(seconds)
    if long < 1:
        return _("%(seconds)d s") % {"seconds": 0}
    if long < 3 * _HOUR:
        return roughly(long)
    if long < 2 * _DAY:
        return _("%(hours)d h") % {"hours": round(long / _HOUR)}
    days = int(long // _DAY)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def percent(share: Share | None) -> str:
    """A share in whole per cent; a dash for none."""
    return "–" if share is None else _("%(number)s %%") % {"number": round(share.value * 100)}


@register.filter
def share_of(share: Share | None) -> str:
    """A share with its interval: "80 % (71–87 %)"; a dash for none."""
    if share is None:
        return "–"
    ends = {"low": round(share.low * 100), "high": round(share.high * 100)}
    return _("%(value)s (%(low)s–%(high)s %%)") % {"value": percent(share), **ends}


@register.filter
def hundredths(value: float | None) -> str:
    """A number with two decimals; a dash for none."""
    return "–" if value is None else number_format(round(value, 2), 2)


@register.filter
def kappa_of(kappa: Kappa | None) -> str:
    """Kappa with its interval: "0.68 (0.51 to 0.85)"; a dash where it says nothing."""
    if kappa is None or kappa.value is None:
        return "–"
    said = {"value": hundredths(kappa.value), "low": hundredths(kappa.low), "high": hundredths(kappa.high)}
    return _("%(value)s (%(low)s to %(high)s)") % said


@register.filter
def field_of(hit: Mapping[str, Any]) -> str:
    """What a fact of the whole file or of its owner is about, in words."""
    name = hit["label"]
    return str(_MEASURES.get(name) or FIELD_WORDS.get(name, name))


@register.filter
def value_of(hit: Mapping[str, Any]) -> str:
    """What such a fact says, in words."""
    name, text = hit["label"], str(hit["text"])
    if name == "duration":
        return roughly(float(text))
    if name == "file_size":
        return filesizeformat(text)
    return choices_of(name).get(text, text)
