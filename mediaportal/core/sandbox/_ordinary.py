"""The ordinary user as whom a program runs when the portal is run by root."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

ORDINARY_ID = 62_851
"""The user and group that a program becomes when the portal is started by root; nobody else has this number."""


def become(*, search: bool) -> list[str]:
    """Return the options of `setpriv` that become the ordinary user; root's rights end with that.

    With `search` one of them stays: to pass through folders, and to read files, that are shut to others. What may be
    written does not change with it.
    """
    user = [f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups"]
    kept = ("--bounding-set", "--inh-caps", "--ambient-caps")
    return [*user, *(f"{name}=-all,+dac_read_search" for name in kept if search)]


def shut_to_others(paths: Sequence[Path]) -> list[Path]:
    """Return the folders on the way to these paths through which the ordinary user could not pass."""
    folders = {folder for path in paths for folder in Path(os.path.realpath(path)).parents}
    return sorted(folder for folder in folders if folder.exists() and not _lets_pass(folder.stat()))


def _lets_pass(facts: os.stat_result) -> bool:
    """Whether a folder with these facts lets the ordinary user pass."""
    if facts.st_gid == ORDINARY_ID:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def grant(reads: Sequence[Path], writes: Sequence[Path]) -> None:
    """Let the ordinary user read and write what it is given, by the group of that number: others gain nothing."""
    for path in reads:
        wanted = 0o5 if path.is_dir() else 0o4
        if path.stat().st_mode & wanted != wanted:
            _grant(path, writing=False)
    for path in writes:
        _grant(path, writing=True)


def _grant(path: Path, *, writing: bool) -> None:
    """Give the group its rights on a file, or on a folder and what is in it."""
    found = [path]
    if path.is_dir():
        found += [Path(folder) / name for folder, names, files in os.walk(path) for name in (*names, *files)]
    for one in found:
        if one.is_symlink():
            continue
        rights = (0o70 if one.is_dir() else 0o60) if writing else (0o50 if one.is_dir() else 0o40)
        os.chown(one, -1, ORDINARY_ID)
        one.chmod(stat.S_IMODE(one.stat().st_mode) | rights)
