"""The command fetches the model that the settings name, and says why it cannot."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.analysis.hub import hub_of
from tests.analysis.whisper import tiny_whisper


def test_it_fetches_into_the_portals_own_folder(tmp_path: Path, settings: Any) -> None:
    said = StringIO()
    with hub_of(tiny_whisper(tmp_path / "model", " hello")) as hub:
        settings.WHISPER_MODEL, settings.WHISPER_HUB, settings.MODEL_DIR = "tiny", hub.address, ""
        settings.VAR_DIR = tmp_path / "var"
        call_command("fetch_whisper", stdout=said)
    folder = tmp_path / "var" / "models" / "faster-whisper-tiny"
    assert (folder / "model.bin").is_file()
    assert "100 %\n" in said.getvalue()
    assert said.getvalue().endswith(f"The model lies in {folder}.\n")


def test_it_says_why_it_cannot(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR, settings.MODEL_DIR = tmp_path, ""
    for name in ("", str(tmp_path)):
        settings.WHISPER_MODEL = name
        with pytest.raises(CommandError, match="no name of a model"):
            call_command("fetch_whisper")
    settings.WHISPER_MODEL = "tiny"
    with hub_of(tmp_path) as hub:
        settings.WHISPER_HUB, hub.status = hub.address, 404
        with pytest.raises(CommandError, match="model_refused"):
            call_command("fetch_whisper")
