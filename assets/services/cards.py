"""What a card in the library and the asset page show of an asset, read out of its variants."""

from collections.abc import Iterable
from dataclasses import dataclass

from assets import access, delivery
from assets.models import Asset, Kind, Variant, VariantType
from assets.registry import Place
from assets.services import links
from assets.services.standins import best_quality, still_of
from assets.services.state import State, state_of

KIND_ICONS = {Kind.VIDEO: "film", Kind.AUDIO: "audio-lines", Kind.IMAGE: "image"}
_CARD_WIDTH = 640
_HIGHEST = 100.0
_LOWEST = 4.0
_BARS = 48


@dataclass(frozen=True)
class Picture:
    """A still as WebP with a JPEG for what cannot show WebP; size in pixels."""

    webp: str
    jpg: str
    width: int
    height: int

    @property
    def wide(self) -> bool:
        """Whether it fills a 16:9 frame well; others are shown whole."""
        return self.width >= self.height * 1.2


@dataclass(frozen=True)
class Card:
    """An asset as the library shows it. `wave` is the path of a sound's bars for an SVG of 192 × 100, `preview` a link
    to its moving preview and `preview_avif` one to the same as AVIF, `quality` its largest rendition in a word; each
    empty where there is none. `found` is where inside of it the words stand that were looked for.
    """

    asset: Asset
    state: State
    icon: str
    picture: Picture | None
    wave: str
    preview: str = ""
    preview_avif: str = ""
    quality: str = ""
    found: Place | None = None


def card_of(asset: Asset, *, user: access.Caller, found: Place | None = None) -> Card:
    """The card of an asset that came with `with_poster`, and perhaps where it has the words that are looked for; costs
    no query.
    """
    variants: list[Variant] = getattr(asset, "card_variants", [])
    allowed = access.can_play(user, asset)
    return Card(
        asset=asset,
        state=state_of(asset),
        icon=KIND_ICONS[Kind(asset.kind)],
        picture=picture_of(variants, user=user) if allowed else None,
        wave=wave_path(peaks_of(variants)) if asset.kind == Kind.AUDIO and allowed else "",
        preview=links.preview_url(asset=asset, user=user) or "",
        preview_avif=links.preview_url(asset=asset, user=user, form="avif") or "",
        quality=best_quality(variants),
        found=found,
    )


def picture_of(
    variants: Iterable[Variant], *, user: access.Caller, width: int = _CARD_WIDTH
) -> Picture | None:
    """The poster, else the thumbnail whose width comes nearest to `width` pixels, among what this person may be shown;
    with signed links.
    """
    alike = still_of(access.shown(user, variants), width=width)
    if not alike:
        return None
    best = alike[0]
    addresses = {still.format: delivery.variant_url(still, user=user) for still in alike}
    fallback = addresses.get("jpg") or next(iter(addresses.values()))
    return Picture(addresses.get("webp", ""), fallback, best.width or 16, best.height or 9)


def peaks_of(variants: Iterable[Variant]) -> tuple[float, ...]:
    """The bars of a small waveform, in per cent of the height; empty while there is none."""
    for variant in variants:
        peaks = variant.detail.get("peaks") if variant.variant_type == VariantType.WAVEFORM else None
        if isinstance(peaks, list):
            return tuple(max(_LOWEST, min(_HIGHEST, float(peak) * _HIGHEST)) for peak in peaks)
    return ()


def wave_path(peaks: tuple[float, ...], *, width: int = 192) -> str:
    """Bars as the path of an SVG that is `width` wide and 100 high, mirrored at its middle."""
    if not peaks:
        return ""
    per_bar = max(1, len(peaks) // _BARS)
    bars = [max(peaks[at : at + per_bar]) for at in range(0, len(peaks), per_bar)]
    step, louder = width / len(bars), _HIGHEST / max(*bars, 1.0)
    bars = [max(_LOWEST, bar * louder) for bar in bars]
    return "".join(f"M{(n + 0.5) * step:.1f} {50 - bar / 2:.1f}v{bar:.1f}" for n, bar in enumerate(bars))
