"""How the pages write states, times, sizes and the browser's words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets import words as vocabulary
from assets.models import Asset
from assets.services.room import Room, of_person
from assets.services.state import State, state_of
from mediaportal.accounts.models import User
from mediaportal.core.templatetags.icons import icon

register = template.Library()


@register.simple_tag
def words() -> SafeString:
    """The catalogue of the browser's words as a block of JSON."""
    return json_script(vocabulary.catalogue(), "words")


@register.simple_tag
def guest_words() -> SafeString:
    """The browser's words on the page of a guest link."""
    return json_script(vocabulary.guest_catalogue(), "words")


@register.simple_tag
def watch_words() -> SafeString:
    """The browser's words on a page on which strangers watch."""
    return json_script(vocabulary.watch_catalogue(), "words")


@register.filter
def state(asset: Asset) -> State:
    """The state of an asset."""
    return state_of(asset)


@register.simple_tag
def room_of(user: User) -> Room:
    """The room that a person's files take."""
    return of_person(user)


@register.simple_tag
def state_chip(shown: State, extra: str = "") -> SafeString:
    """A state as icon and word; scripts find it by `data-state`."""
    turns = "s turn" if shown.code == "processing" else "s"
    return format_html(
        '<span class="state {}" data-state="{}">{}<span class="word">{}</span></span>',
        extra,
        shown.code,
        icon(shown.icon, turns),
        shown.label,
    )


@register.filter
def step_word(name: str) -> str:
    """What a step is doing, in words."""
    return vocabulary.step_word(name)


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as a clock: 0:07, 12:31, 1:02:03; nothing for nothing."""
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def span(seconds: float | None) -> str:
    """Seconds as a person says them: "0.4 s", "12 s", "3 min 20 s"."""
    if seconds is None:
        return ""
    if seconds < 10:  # noqa: PLR2004 - below ten seconds a tenth is worth showing
        return _("%(seconds)s s") % {"seconds": number_format(max(seconds, 0.1), 1)}
    if seconds < 60:  # noqa: PLR2004 - a minute
        return _("%(seconds)d s") % {"seconds": round(seconds)}
    minutes, left = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": left}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def roughly(seconds: float) -> str:
    """Seconds as an estimate is said: "40 s", "6 min", "2 h 10 min"."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return _("%(seconds)d s") % {"seconds": max(1, round(seconds))}
    minutes = round(seconds / 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def bit_rate(bits: int | None) -> str:
    """Bit/s in the unit that a person would choose."""
    if not bits:
        return ""
    if bits >= 1_000_000:  # noqa: PLR2004 - a megabit
        return _("%(rate)s Mbit/s") % {"rate": number_format(bits / 1_000_000, 1)}
    return _("%(rate)d kbit/s") % {"rate": round(bits / 1000)}


@register.filter
def seconds_to(start: datetime, end: datetime) -> float:
    """The seconds between two moments."""
    return max(0.0, (end - start).total_seconds())


@register.filter
def having_status(cards: Iterable[dict[str, Any]], statuses: str) -> list[dict[str, Any]]:
    """Those cards of jobs whose status is one of the words, in their order."""
    wanted = statuses.split()
    return [card for card in cards if card["job"].status in wanted]


@register.filter
def when(moment: datetime) -> str:
    """A moment as people say it: how long ago within a day, the date before that."""
    age = timezone.now() - moment
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:  # noqa: PLR2004 - an hour
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    if age < timedelta(days=1):
        return ngettext("%(count)d hour ago", "%(count)d hours ago", minutes // 60) % {"count": minutes // 60}
    return date(timezone.localtime(moment), "j M" if age < timedelta(days=300) else "j M Y")
