"""The storyboard of a film in its streaming set, so that players find the small pictures over their seek bar there."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from assets.models import Variant, VariantType
from assets.services import places
from processing.ffmpeg.storyboard import Board, sheet_name
from processing.packager import images
from processing.services.context import StepContext


def add(context: StepContext, folder: Path) -> int:
    """Put the sheets of the asset's storyboard into a finished set; returns how many. None where it has no storyboard.

    Raises `EncodingFailed` and `StorageUnavailable`, and `places.Stopped` when the run is to end.
    """
    found = Variant.objects.filter(asset=context.asset, variant_type=VariantType.STORYBOARD).first()
    if found is None:
        return 0
    board = Board(**found.detail["board"])
    with TemporaryDirectory(prefix="sheets-", dir=context.scratch) as name, ExitStack() as held:
        for number in range(1, board.sheets + 1):
            key = f"{found.detail['prefix']}/{sheet_name(number)}"
            sheet = held.enter_context(places.local_file(key, stop=context.stop))
            (Path(name) / sheet_name(number)).symlink_to(sheet)
        images.add(folder, board, Path(name))
    return board.sheets
