"""The small JPEGs that faces are taken in by, made of what was sent or of a part of a file; for workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from analysis.engines import Box, Failure
from analysis.exceptions import PictureGone
from analysis.models import PersonPicture, PictureStatus
from analysis.services import collected, orders
from assets.exceptions import StorageUnavailable
from assets.models import Asset, Kind
from assets.services import places
from mediaportal.core.sandbox import ProgramFailed, ProgramTimedOut, SandboxError
from processing import pictures
from processing.exceptions import CorruptMedia, MediaError
from processing.ffmpeg import stills
from processing.ffmpeg.media import Probe
from processing.pictures.stills import Order, finish

PIXELS = 1280
"""Their longer side at most."""

# The head with what is around the face that was found.
_AROUND = 0.6


class NotReadable(Exception):
    """No picture can be made; `failure` says why, `log` is for the operator."""

    def __init__(self, failure: Failure, log: str = "") -> None:
        """Keep both."""
        super().__init__(log or failure.code)
        self.failure, self.log = failure, log


class NotReadNow(Exception):
    """No picture can be made now, through nobody's fault: try again later."""


def jpeg_of(picture: PersonPicture) -> bytes:
    """The JPEG of a picture, made and kept when it is asked for the first time; what was sent goes then.

    Raises `NotReadable` and `NotReadNow`.
    """
    if picture.prepared and picture.image is not None:
        return bytes(picture.image)
    scratch = Path(settings.SCRATCH_ROOT)
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="person", dir=scratch) as name, _reasons():
            made = _made(picture, Path(name))
    except (StorageUnavailable, SandboxError, OSError) as error:
        raise NotReadNow(str(error)) from error
    mine = PersonPicture.objects.filter(
        pk=picture.pk, status=PictureStatus.SENDING, tried_at=picture.tried_at
    )
    mine.update(image=made, mime_type="image/jpeg", prepared=True)
    return made


@contextmanager
def _reasons() -> Iterator[None]:
    """Say what is wrong with the medium as the reason of its picture."""
    try:
        yield
    except MediaError as error:
        raise NotReadable(Failure(error.code, error.sentence), str(error)) from error
    except (ProgramFailed, ProgramTimedOut) as error:
        raise NotReadable(Failure(CorruptMedia.code, CorruptMedia.sentence), str(error)) from error


def _made(picture: PersonPicture, folder: Path) -> bytes:
    """Make it in a folder of its own."""
    if picture.image is not None:
        sent = folder / "sent"
        sent.write_bytes(bytes(picture.image))
        return _jpeg(sent, folder, picture.mime_type)
    asset = picture.asset
    if asset is None or picture.box is None or not orders.is_analysable(asset):
        raise PictureGone
    if collected.said_of(asset).only_here:  # since the face was chosen
        raise PictureGone
    with places.local_file(asset.storage_key) as original:
        if asset.kind == Kind.IMAGE:
            return _part(original, folder, asset.mime_type, picture.box)
        frame = _frame(original, asset, picture.second or 0.0, folder)
        return _part(frame, folder, "image/jpeg", picture.box)


def _jpeg(source: Path, folder: Path, mime_type: str) -> bytes:
    """The whole picture."""
    made = pictures.poster(
        source, folder, mime_type=mime_type, pixels=PIXELS, most_pixels=settings.MAX_IMAGE_PIXELS
    )
    return next(one.path for one in made if one.format == "jpg").read_bytes()


def _part(source: Path, folder: Path, mime_type: str, sides: list[float]) -> bytes:
    """The part of a picture in which a face is."""
    (part,) = pictures.parts(
        source,
        folder,
        mime_type=mime_type,
        boxes=[Box(*sides).with_around(_AROUND)],
        most_pixels=settings.MAX_IMAGE_PIXELS,
    )
    return part.read_bytes()


def _frame(film: Path, asset: Asset, second: float, folder: Path) -> Path:
    """The frame of a film that is shown at a second."""
    stored = asset.metadata.get("probe")
    if not stored or Probe.from_data(stored).video is None:
        raise PictureGone
    frames = folder / "frames"
    frames.mkdir()
    found = stills.take_exactly(film, Probe.from_data(stored), [second], frames)
    if not found:
        raise CorruptMedia(f"there is no frame at {second}")
    made = finish(Order(folder, poster=found[0].path, poster_pixels=PIXELS)).poster
    return next(one.path for one in made if one.format == "jpg")
