"""What is missing is named, with what to install."""

from pathlib import Path

import pytest

from mediaportal.core import sandbox
from processing import checks


def test_this_machine_has_all_that_is_needed() -> None:
    assert checks.programs_are_there(None) == []


def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(argv: list[str], **_options: object) -> None:
        raise sandbox.ProgramMissing(argv[0])

    monkeypatch.setattr(sandbox, "run", nothing)
    found = checks.programs_are_there(None)
    assert [message.id for message in found] == ["processing.E001", "processing.E001"]
    assert "ffmpeg is not installed" in found[0].msg and "apt-get install ffmpeg" in str(found[0].hint)


def test_a_codec_that_ffmpeg_was_built_without_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checks, "_NEEDED", {"-encoders": ("libx264", "codec_of_tomorrow")})
    found = checks.programs_are_there(None)
    assert [message.id for message in found] == ["processing.E003"]
    assert "codec_of_tomorrow" in found[0].msg
