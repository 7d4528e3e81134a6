"""Languages as files name them (ISO 639-2, three letters) and as the web does (BCP 47)."""

import re

UNDETERMINED = "und"

_SHORT = {
    "alb": "sq", "amh": "am", "ara": "ar", "arm": "hy", "aze": "az", "baq": "eu", "bel": "be", "ben": "bn",
    "bos": "bs", "bul": "bg", "bur": "my", "cat": "ca", "ces": "cs", "chi": "zh", "cze": "cs", "dan": "da",
    "deu": "de", "dut": "nl", "ell": "el", "eng": "en", "est": "et", "eus": "eu", "fas": "fa", "fin": "fi",
    "fra": "fr", "fre": "fr", "geo": "ka", "ger": "de", "gle": "ga", "glg": "gl", "gre": "el", "guj": "gu",
    "hau": "ha", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "hye": "hy", "ice": "is", "ind": "id",
    "isl": "is", "ita": "it", "jpn": "ja", "kat": "ka", "kaz": "kk", "khm": "km", "kor": "ko", "kur": "ku",
    "lao": "lo", "lav": "lv", "lit": "lt", "mac": "mk", "may": "ms", "mkd": "mk", "mon": "mn", "msa": "ms",
    "mya": "my", "nld": "nl", "nor": "no", "pan": "pa", "per": "fa", "pol": "pl", "por": "pt", "pus": "ps",
    "ron": "ro", "rum": "ro", "rus": "ru", "slk": "sk", "slo": "sk", "slv": "sl", "som": "so", "spa": "es",
    "sqi": "sq", "srp": "sr", "swa": "sw", "swe": "sv", "tam": "ta", "tel": "te", "tha": "th", "tur": "tr",
    "ukr": "uk", "urd": "ur", "uzb": "uz", "vie": "vi", "wel": "cy", "yid": "yi", "yor": "yo", "zho": "zh",
    "zul": "zu",
}  # fmt: skip

_LONG = {short: long for long, short in reversed(_SHORT.items())}

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def as_tag(written: str) -> str:
    """Return the BCP 47 tag for what stands in a file, `und` if that is nothing sensible."""
    text = written.strip().replace("_", "-")
    first, dash, rest = text.partition("-")
    tag = _SHORT.get(first.lower(), first.lower()) + dash + rest
    return tag if _TAG.fullmatch(tag) and tag != UNDETERMINED else UNDETERMINED


def as_iso(tag: str) -> str:
    """Return the three letters that MP4 wants for a BCP 47 tag, `und` if there are none."""
    first = tag.partition("-")[0]
    if len(first) == 3:  # noqa: PLR2004 - ISO 639-2 has three letters
        return first
    return _LONG.get(first, UNDETERMINED)
