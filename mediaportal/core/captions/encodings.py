"""Which letters the bytes of a text mean, when nobody says so.

A mark at the beginning tells; so does what the file declares, and UTF-8 is not mistaken for anything else. Otherwise
the letters decide: Arabic in an older code page is told by its words, which in any other one would mix alphabets; the
rest is charset-normalizer's guess among the code pages in which captions are found.
"""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")
_SAMPLE_BYTES = 48 * 1024
_ARABIC = ("cp1256", "iso8859_6")
_BY_LANGUAGE = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "ckb", "sd"), ("ARABIC", _ARABIC)),
    **dict.fromkeys(
        ("ru", "uk", "bg", "mk", "be", "sr", "kk"), ("CYRILLIC", ("cp1251", "koi8_r", "iso8859_5"))
    ),
    "el": ("GREEK", ("cp1253", "iso8859_7")),
    "he": ("HEBREW", ("cp1255", "iso8859_8")),
    "yi": ("HEBREW", ("cp1255",)),
    "th": ("THAI", ("cp874",)),
}
_LATIN = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "sl", "hr", "bs", "sq"), "cp1250"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
    "vi": "cp1258",
}
_LIKELY = [
    "cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1251", "koi8_r", "iso8859_5", "cp1253", "iso8859_7", "cp1254",
    "cp1255", "cp1257", "cp874", "gb18030", "big5", "shift_jis", "cp949", "euc_jp",
]  # fmt: skip
_LAST_RESORT = "cp1252"
_MOST_WRONG = 100  # of so many letters beyond ASCII one may be broken
_FEW = 0.02
_SURE = 0.75
_WESTERN = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœßúùûüÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜ«»‘’“”„–—…¿¡°€£§\u00a0\n")
_BEYOND = re.compile(r"[^\W\d_a-zA-Z]+")
_BESIDE_LATIN = re.compile(r"(?<=[A-Za-z])[^\W\d_a-zA-Z]|[^\W\d_a-zA-Z](?=[A-Za-z])")


def decode(data: bytes, *, language: str = "") -> tuple[str, str]:
    """The text of some bytes, and the name of the encoding in which they were read.

    `language` (BCP 47) is what somebody says of the text; it decides among code pages that the bytes allow. What cannot
    be a letter of the encoding becomes U+FFFD.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace"), name
    name = _told(data) or _guessed(data, language.partition("-")[0].lower())
    return data.decode(name, errors="replace"), name


def _told(data: bytes) -> str | None:
    """The encoding that the bytes leave no doubt of."""
    declared = _DECLARED.match(data[:1024])
    if declared is not None and (name := _known(declared[1].decode())) and _reads(data, name):
        return name
    if wide := _wide(data):
        return wide
    return "utf-8" if _reads(data, "utf-8") or _nearly_utf8(data) else None


def _known(name: str) -> str | None:
    """Python's name of an encoding of text; None for one that it has not, and for what is none of text."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding and found.name not in {"idna", "punycode"} else None


def _reads(data: bytes, name: str) -> bool:
    """Whether every byte has a meaning in an encoding."""
    try:
        data.decode(name)
    except (UnicodeError, ValueError):
        return False
    return True


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: digits and blanks have an empty byte, always on the same side."""
    head = data[: _SAMPLE_BYTES & ~1]
    high, low = head[0::2].count(0), head[1::2].count(0)
    least = max(4, len(head) // 40)
    if max(high, low) < least or min(high, low) * 9 > max(high, low):
        return None
    return "utf-16-be" if high > low else "utf-16-le"


def _nearly_utf8(data: bytes) -> bool:
    """Whether a file is UTF-8 but for a few letters that somebody has cut."""
    text = data.decode("utf-8", errors="replace")
    beyond = len(text) - sum(1 for _ in re.finditer("[\x00-\x7f]", text))
    broken = text.count("\ufffd")
    return 0 < broken * _MOST_WRONG <= beyond - broken


def _guessed(data: bytes, language: str) -> str:
    """The code page that the letters speak for."""
    sample = _sample(data)
    told = _page_of(sample, *_BY_LANGUAGE.get(language, ("", ()))) or _page_of(sample, "ARABIC", _ARABIC)
    if told:
        return told
    if language in _LATIN and _reads(data, _LATIN[language]):
        return _LATIN[language]
    if _is_western(sample.decode(_LAST_RESORT, errors="replace")):
        return _LAST_RESORT
    best = from_bytes(sample, steps=5, chunk_size=512, cp_isolation=_LIKELY).best()
    if best is not None and best.encoding in _LIKELY and _reads(data, best.encoding):
        return best.encoding
    return _LAST_RESORT


def _sample(data: bytes) -> bytes:
    """Some of the lines that have letters beyond ASCII: the others tell nothing."""
    found, size = [], 0
    for line in data.splitlines():
        if not line.isascii():
            found.append(line[:_SAMPLE_BYTES])
            size += len(line)
            if size > _SAMPLE_BYTES:
                break
    return b"\n".join(found)


def _page_of(sample: bytes, script: str, pages: tuple[str, ...]) -> str | None:
    """The page in which the letters are those of a script; a wrong one has fewer of them, or capitals inside words."""
    weights = {name: _weight(sample, name, script) for name in pages}
    best = max(weights, key=lambda name: weights[name], default=None)
    return best if best is not None and weights[best] else None


def _weight(sample: bytes, name: str, script: str) -> int:
    """How much an encoding speaks for a script; 0 unless nearly all letters beyond ASCII are of it, and stand in words
    of their own.
    """
    try:
        text = sample.decode(name)
    except UnicodeError:
        return 0
    letters = [letter for letter in text if not letter.isascii() and letter.isalpha()]
    own = [letter for letter in letters if unicodedata.name(letter, "").startswith(script)]
    runs = [len(run) for run in _BEYOND.findall(text)]
    mixed = len(_BESIDE_LATIN.findall(text))
    if len(own) < max(2, _SURE * len(letters)) or mixed > _FEW * len(letters):
        return 0
    return (
        len(own) + sum(letter.islower() for letter in own)
        if sum(run > 1 for run in runs) * 2 > len(runs)
        else 0
    )


def _is_western(text: str) -> bool:
    """Whether a text has the accents and signs of western Europe only, and not a word of nothing but accents."""
    beyond = {sign for sign in text if not sign.isascii()}
    return beyond <= _WESTERN and not any(len(run) > 2 for run in _BEYOND.findall(text))  # noqa: PLR2004 - as in "été"
