"""Which of the pictures that were made of an asset stand for it: its poster, its moving preview, its storyboard."""

from collections.abc import Iterable, Sequence

from assets.models import Variant, VariantType

# The best first.
_STILLS = (VariantType.POSTER, VariantType.THUMBNAIL)


def still_of(variants: Iterable[Variant], *, width: int) -> Sequence[Variant]:
    """The poster in every format that there is, the one that somebody has chosen before the automatic one; else the
    thumbnail whose width comes nearest to `width` pixels. Empty where there is neither.
    """
    stills = [v for v in variants if v.variant_type in _STILLS]
    if not stills:
        return []

    def rank(still: Variant) -> tuple[int, bool, int, float]:
        return (
            _STILLS.index(VariantType(still.variant_type)),
            not still.detail.get("chosen"),
            abs((still.width or 0) - width),
            still.timestamp or 0.0,
        )

    best = min(stills, key=rank)
    return [still for still in stills if rank(still) == rank(best)]


def poster_of(variants: Iterable[Variant], *, form: str = "webp") -> Variant | None:
    """The poster in a format, the one that somebody has chosen before the automatic one."""
    posters = [v for v in variants if v.variant_type == VariantType.POSTER and v.format == form]
    return min(posters, key=lambda v: not v.detail.get("chosen"), default=None)


def preview_of(variants: Iterable[Variant], *, form: str = "webp") -> Variant | None:
    """The moving preview in a format."""
    return next((v for v in variants if v.variant_type == VariantType.PREVIEW and v.format == form), None)


def storyboard_of(variants: Iterable[Variant]) -> Variant | None:
    """The track of the small pictures over the player's seek bar."""
    return next((v for v in variants if v.variant_type == VariantType.STORYBOARD), None)


def best_quality(variants: Iterable[Variant]) -> str:
    """The largest rendition of a film in a word, such as 1080p; empty where there is none."""
    films = [v for v in variants if v.variant_type == VariantType.RENDITION and v.format == "mp4"]
    best = max(films, key=lambda v: v.height or 0, default=None)
    return best.quality.partition("_")[0] if best else ""
