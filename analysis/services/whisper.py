"""The Whisper model that the settings name: where it lies, and fetching it."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from analysis.engines.base import Report
from analysis.engines.local.speech import model_folder
from analysis.engines.local.whisperhub import Hub, fetch
from mediaportal.core.problems import InvalidInput


def hub() -> Hub:
    """Where models are fetched."""
    return Hub(settings.WHISPER_HUB, settings.WHISPER_REVISION)


def models() -> Path:
    """The folder in which models lie by their names: the operator's, or one of the portal's own."""
    return Path(settings.MODEL_DIR or settings.VAR_DIR / "models").absolute()


def fetch_model(*, on_progress: Report, stop: Callable[[], bool]) -> Path:
    """Fetch the model unless it lies in its folder, which is returned.

    Raises `InvalidInput` when the settings name none, `ModelUnavailable`, `ModelRefused`, `ModelDamaged`, and
    `ProgramStopped`.
    """
    name = settings.WHISPER_MODEL
    folder = model_folder(name, models())
    if not name or "/" in name or folder is None:
        raise InvalidInput(_("WHISPER_MODEL is no name of a model, such as small."))
    fetch(name, folder, hub=hub(), on_progress=on_progress, stop=stop)
    return folder
