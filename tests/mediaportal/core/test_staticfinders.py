"""Static files from npm, collected under names that may be kept for ever."""

import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from mediaportal.core.staticfinders import NPM_FILES

PLAIN = {"BACKEND": "mediaportal.core.staticfinders.PortalStaticStorage"}


@pytest.mark.parametrize("served", NPM_FILES)
def test_every_file_of_npm_is_there(served: str) -> None:
    assert finders.find(served)


def test_collecting_renames_everything_and_keeps_imports_whole(tmp_path: Path) -> None:
    begun = time.process_time()
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=settings.STORAGES | {"staticfiles": PLAIN}):
        call_command("collectstatic", "--noinput", verbosity=0)
    assert time.process_time() - begun < 20
    for script in (tmp_path / "js").glob("*.*.js"):
        for address in re.findall(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""", script.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", address), f"{script.name} imports {address}"
            assert (script.parent / address).is_file()
    (sheet,) = tmp_path.glob("css/base.*.css")
    assert re.search(r"vendor/inter-latin\.[0-9a-f]{12}\.woff2", sheet.read_text())
