"""The words of a cue, and the little that may be marked in them.

Between reading and writing a text has one form, which people edit too: `<i>`, `<b>`, `<u>` and `<v Name>` (who speaks)
with their ends mark words, `&lt;`, `&gt;` and `&amp;` stand for these signs where they would be read otherwise, and
everything else stands for itself. Marks of direction, which Arabic and Hebrew need, are kept.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator

from .errors import TooMuch

LONGEST_TEXT = 5_000
"""The most characters that one cue holds."""
_LONGEST_SOURCE = 4 * LONGEST_TEXT  # with its marks, as it came
_LONGEST_NAME = 100

# A word of plain text; or what opens or closes: "i", "b", "u", or "v" with the speaker's name.
Token = tuple[str, str]
TEXT, OPEN, CLOSE = "text", "open", "close"
Mark = tuple[str, str]

_OURS = re.compile(r"<(/?)([biu])>|<v ([^<>\n]{1,100})>|(</v>)|&(lt|gt|amp);", re.IGNORECASE)
_SIGNS = {"lt": "<", "gt": ">", "amp": "&"}
# To the end where it is not closed, so that no part is searched twice.
_ANY_TAG = re.compile(r"<[^>]*>?")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LOOSE_TAG = re.compile(
    r"< ?(/?) ?(i|b|u|em|strong) ?>|</?(?:font|span|strike|s|c|p|div)(?:[ .][^<>\n]{0,400})?>|<(br) ?/?>",
    re.IGNORECASE,
)
_SAME = {"em": "i", "strong": "b"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\u2028\u2029]")


def ours(text: str) -> Iterator[Token]:
    """The tokens of a text in our own form."""
    _require_short(len(text))
    at = 0
    for found in _OURS.finditer(text):
        end, mark, name, silence, sign = found.groups()
        yield TEXT, text[at : found.start()]
        at = found.end()
        if sign:
            yield TEXT, _SIGNS[sign.lower()]
        elif end or silence:
            yield CLOSE, (mark or "v").lower()
        else:
            yield OPEN, f"{mark.lower()} " if mark else f"v {name}"
    yield TEXT, text[at:]


def webvtt(text: str) -> Iterator[Token]:
    """The tokens of a WebVTT cue: what it marks otherwise (classes, languages, ruby, times) is left out."""
    _require_short(len(text))
    at = 0
    for found in _ANY_TAG.finditer(text):
        yield TEXT, _plain(text[at : found.start()])
        at = found.end()
        inside = found[0].strip("<>")
        mark, _blank, name = inside.partition(" ")
        mark = mark.partition(".")[0]
        if mark in {"/i", "/b", "/u", "/v"}:
            yield CLOSE, mark[1]
        elif mark in {"i", "b", "u"} or (mark == "v" and name.strip()):
            yield OPEN, f"{mark} {_plain(name)}"
    yield TEXT, _plain(text[at:])


def loose(text: str) -> Iterator[Token]:
    """The tokens of SubRip's text, which borrows from HTML: what is no tag that is in use stands for itself."""
    _require_short(len(text))
    at = 0
    for found in _LOOSE_TAG.finditer(text):
        yield TEXT, _plain(text[at : found.start()])
        at = found.end()
        end, mark, line_break = found.groups()
        if line_break:
            yield TEXT, "\n"
        elif mark:
            mark = _SAME.get(mark.lower(), mark.lower())
            yield (CLOSE, mark) if end else (OPEN, f"{mark} ")
    yield TEXT, _plain(text[at:])


def _plain(text: str) -> str:
    """A text with HTML's names for signs replaced."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def tidy(text: str) -> str:
    """A text in our own form, with every mark closed, no empty lines and no control characters. Raises `TooMuch`."""
    return settled(ours(text))


def settled(tokens: Iterable[Token], line: int = 0) -> str:
    """Tokens as a tidy text in our own form; `line` is where they stood. Raises `TooMuch`."""
    try:
        joined = _rendered(_bounded(tokens), lambda text: _OURS.sub(_escaped, text), lambda name: name)
    except TooMuch as error:
        raise TooMuch(error.bound, error.most, line) from None
    found = "\n".join(filter(None, (part.strip() for part in joined.split("\n"))))
    if len(found) > LONGEST_TEXT:
        raise TooMuch("text", LONGEST_TEXT, line)
    return found


def _bounded(tokens: Iterable[Token]) -> Iterator[Token]:
    """Tokens as long as there are not far too many of them. Raises `TooMuch`."""
    length = 0
    for kind, value in tokens:
        length += len(value) + 1
        _require_short(length)
        yield kind, value


def _require_short(length: int) -> None:
    """Refuse a source that no cue is made of before it is looked through. Raises `TooMuch`."""
    if length > _LONGEST_SOURCE:
        raise TooMuch("text", LONGEST_TEXT)


def _escaped(found: re.Match[str]) -> str:
    """What would be read as a mark, so that it is read as itself."""
    return f"&amp;{found[0][1:]}" if found[0].startswith("&") else f"&lt;{found[0][1:]}"


def as_webvtt(text: str) -> str:
    """A text in our own form as the payload of a WebVTT cue."""
    return _rendered(ours(text), _signs, _signs)


def _signs(text: str) -> str:
    """A text with the signs written out that WebVTT would read; so no `-->` is left either."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bare(text: str) -> str:
    """The words of a text in our own form on one line, without marks: the title of a chapter."""
    return " ".join("".join(value for kind, value in ours(text) if kind == TEXT).split())


def _rendered(tokens: Iterable[Token], say: Callable[[str], str], call: Callable[[str], str]) -> str:
    """Tokens as text: marks are balanced, and none is opened around nothing.

    `say` writes words, `call` the name of a speaker.
    """
    out: list[str] = []
    waiting: list[str] = []
    wanted: list[Mark] = []
    standing: list[Mark] = []

    def turn(aim: list[Mark]) -> None:
        same = 0
        while same < min(len(aim), len(standing)) and aim[same] == standing[same]:
            same += 1
        if same == len(standing) == len(aim):
            return
        words = "".join(waiting)
        shown = words.rstrip() if same < len(standing) else words
        waiting[:] = [words[len(shown) :]] if len(aim) == same else []
        out.append(say(shown))
        out.extend(f"</{mark}>" for mark, _name in reversed(standing[same:]))
        if aim[same:]:
            out.append(words[len(shown) :])
        out.extend(f"<{mark} {call(name)}>" if name else f"<{mark}>" for mark, name in aim[same:])
        standing[:] = aim

    for kind, value in tokens:
        if kind == TEXT:
            shown = _CONTROLS.sub("", _BREAKS.sub("\n", value)).replace("\t", " ")
            if shown.strip():
                turn(list(wanted))
            waiting.append(shown)
            continue
        mark, _blank, name = value.partition(" ")
        if kind == CLOSE or mark == "v":
            wanted = [one for one in wanted if one[0] != mark]
        if kind == OPEN and all(one[0] != mark for one in wanted):
            wanted.append((mark, _speaker(name) if mark == "v" else ""))
            wanted = [one for one in wanted if one != ("v", "")]
    turn([])
    return "".join([*out, say("".join(waiting))])


def _speaker(name: str) -> str:
    """A speaker's name as it may stand in a mark."""
    return " ".join(re.sub(r"[<>]", "", _CONTROLS.sub("", name)).split())[:_LONGEST_NAME].strip()
