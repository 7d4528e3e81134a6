"""What others have of an asset while parts are taken out of it: the files of its `CutSet`, and nothing else.

`CutSet.files` says what lies in its folder, by names that begin there: `manifests` by their formats, `file` (name,
filename, mime_type, size, width, height, bit_rate), `poster` by its formats with `width` and `height`, `storyboard`,
`preview`, and `captions` (id and version of the track that each was made of, name). Each kind lies in a folder of its
own, as a link to a stream opens all of its folder.
"""

from dataclasses import dataclass
from typing import Any

from assets import access, delivery
from assets.models import Asset, Caption, CutSet, Hold
from assets.services import visiting
from assets.services.names import asset_folder
from mediaportal.core import languages

_MIME = {"webp": "image/webp", "jpg": "image/jpeg"}


@dataclass(frozen=True)
class Word:
    """What somebody who has the whole is told: which parts others must not have, and whether they have the rest."""

    parts: tuple[tuple[float, float], ...]
    made: bool


def word_of(*, asset: Asset, user: access.Caller) -> Word | None:
    """What is said of it on the asset's page; nothing to others, and where nothing is taken out."""
    if not asset.cut or asset.veiled or not access.has_whole(user, asset):
        return None
    return Word(tuple((start, end) for start, end in asset.cut), made=Hold.CUT not in asset.holds)


def open_to(*, user: access.Caller, asset: Asset) -> CutSet | None:
    """What is left of an asset for somebody who must not have the whole; None for others, and while there is none."""
    return delivery.cut_set_of(asset) if access.can_play_cut(user, asset) else None


def streams_of(*, found: CutSet, asset: Asset, user: access.Caller) -> dict[str, str]:
    """Links to the manifests, by their formats."""
    return {form: _folder_url(found, asset, name, user) for form, name in found.files["manifests"].items()}


def poster_of(*, found: CutSet, asset: Asset, user: access.Caller) -> dict[str, str]:
    """Links to the poster, by its formats."""
    told = found.files.get("poster", {})
    return {form: _file_url(found, asset, told[form], _MIME[form], user) for form in _MIME if form in told}


def file_url(*, found: CutSet, asset: Asset, user: access.Caller) -> str:
    """A link to the file of what is left, to be saved; for whoever may keep it."""
    told = found.files["file"]
    return _file_url(found, asset, told["name"], told["mime_type"], user, download=True)


def playback(*, asset: Asset, user: access.Caller) -> dict[str, Any]:
    """The fields of the playback document for somebody who must not have the whole. Two queries."""
    found = open_to(user=user, asset=asset)
    if found is None:
        return {}
    told: dict[str, Any] = {
        "duration": found.duration,
        "watermark": visiting.watermark_of(user),
        "poster_url": poster_of(found=found, asset=asset, user=user).get("webp"),
        "captions": _captions(found, asset, user),
    }
    told |= {f"{form}_url": url for form, url in streams_of(found=found, asset=asset, user=user).items()}
    if board := found.files.get("storyboard"):
        told["storyboard_url"] = _folder_url(found, asset, board, user)
    if preview := found.files.get("preview"):
        told["preview_url"] = _file_url(found, asset, preview, "image/webp", user)
    return told


def _captions(found: CutSet, asset: Asset, user: access.Caller) -> list[dict[str, Any]]:
    """The tracks that are still as they were when their removed cues were left out."""
    made = {told["id"]: told for told in found.files.get("captions", [])}
    tracks = Caption.objects.filter(asset=asset, pk__in=list(made))
    return [
        {
            "id": str(track.pk),
            "kind": track.kind,
            "language": track.language,
            "label": track.label or languages.own_name(track.language),
            "url": _file_url(found, asset, made[str(track.pk)]["name"], "text/vtt", user),
            "default": track.is_default,
        }
        for track in tracks
        if made[str(track.pk)]["version"] == track.version
    ]


def _file_url(
    found: CutSet, asset: Asset, name: str, mime_type: str, user: access.Caller, *, download: bool = False
) -> str:
    """A link to one file of a set."""
    key = f"{found.prefix}/{name}"
    return delivery.file_url(asset, key, user=user, mime_type=mime_type, download=download)


def _folder_url(found: CutSet, asset: Asset, name: str, user: access.Caller) -> str:
    """A link to a file that names others beside it."""
    folder, _slash, last = name.rpartition("/")
    place = f"{found.prefix.removeprefix(f'{asset_folder(asset.pk)}/')}/{folder}/"
    return delivery.place_url(asset, place, last, user=user, seconds=found.duration)
