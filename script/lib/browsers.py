"""Which Chromium of this machine tests and screenshots drive."""

import os
import shutil

_NAMES = (
    # Without a window and what belongs to one: the same engine for half the processor's time.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium_path() -> str:
    """Return the program that `CHROMIUM` names, or the first that is installed; raises `LookupError` for none."""
    found = os.environ.get("CHROMIUM") or next(
        (path for name in _NAMES if (path := shutil.which(name))), None
    )
    if found is None:
        raise LookupError("Chromium is not installed: script/bootstrap --dev")
    return found
