"""How strongly this machine can shut a program in, found by really trying.

An ordinary user may have `bwrap` installed and yet not be permitted to make namespaces, and a container may
forbid them to root too; only a trial tells.
"""

import functools
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from typing import Literal

from ._errors import ProgramMissing

Level = Literal["bubblewrap", "unshare", "limits"]

# Programs and their libraries. Names in /etc/alternatives and the linker's cache are needed by ffmpeg's
# libraries, fonts by filters that draw text.
_SYSTEM_FOLDERS = ("/usr",)
_MERGED_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/fonts")
_TRIAL_SECONDS = 20
ORDINARY_ID = 62_851
"""The user and group that a program becomes when the portal is started by root; nobody else has this number."""

TEMPORARY = "/tmp"  # noqa: S108 - inside the sandbox, where it is empty and private


@functools.cache
def tool(name: str) -> str:
    """Return the path of a tool of the sandbox itself; raises `ProgramMissing`."""
    path = which(name, path="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
    if path is None:
        raise ProgramMissing(name)
    return path


@functools.cache
def level() -> Level:
    """Return the strongest level that works here; the trial runs once in a process."""
    true = which("true", path="/usr/bin:/bin") or "true"
    if _works(lambda: [*bubblewrap_prefix((), (), TEMPORARY), true]):
        return "bubblewrap"
    if _works(lambda: [*unshare_prefix(), true]):
        return "unshare"
    return "limits"


@functools.cache
def drops_root() -> bool:
    """Whether a program is run as an ordinary user although the portal is run by root; the trial runs once."""
    if os.geteuid() != 0 or level() != "bubblewrap":
        return False
    python = [Path(prefix) for prefix in {sys.prefix, sys.base_prefix} if not prefix.startswith("/usr")]
    return _works(lambda: [*bubblewrap_prefix(python, (), TEMPORARY), *ordinary(), sys.executable, "-c", ""])


def ordinary() -> list[str]:
    """Return the part that becomes an ordinary user.

    A shell stays behind as process 1: the kernel ends it with the worker, which it would not do to another user's
    process, and with process 1 end all.
    """
    become = [f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups", "--no-new-privs", "--"]
    return [tool("sh"), "-c", '"$@"; exit $?', "sh", tool("setpriv"), *become]


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


def wrap(argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path], cwd: str) -> list[str]:
    """Return the command line that runs `argv` at the level of this machine."""
    match level():
        case "bubblewrap":
            become = ordinary() if drops_root() else []
            if become:
                grant(reads, writes)
            return [*bubblewrap_prefix(reads, writes, cwd), *become, *argv]
        case "unshare":
            return [*unshare_prefix(), *argv]
        case "limits":
            # Without a namespace nothing else ends the program when the worker itself is killed.
            return [tool("setpriv"), "--pdeathsig", "KILL", "--no-new-privs", "--", *argv]


def bubblewrap_prefix(reads: Sequence[Path], writes: Sequence[Path], cwd: str) -> list[str]:
    """Return the `bwrap` part: only /usr, the given paths and an empty /tmp are there; no network."""
    command = [tool("bwrap"), "--die-with-parent", "--new-session", "--cap-drop", "ALL", *_namespaces()]
    # As process 1 the program is waited for by bwrap itself; only so do its CPU seconds reach the caller.
    command += ["--as-pid-1", "--proc", "/proc", "--dev", "/dev"]
    for folder in (TEMPORARY, "/dev/shm"):  # noqa: S108 - the sandbox's own
        command += ["--perms", "1777", "--tmpfs", folder]
    for folder in _SYSTEM_FOLDERS:
        command += ["--ro-bind", folder, folder]
    for folder in _MERGED_FOLDERS:
        place = Path(folder)
        if place.is_symlink():
            command += ["--symlink", str(place.readlink()), folder]
        elif place.is_dir():
            command += ["--ro-bind", folder, folder]
    command += ["--perms", "0755", "--dir", "/etc"]
    for name in _ETC:
        command += ["--ro-bind-try", name, name]
    for folder in _parents((*reads, *writes)):
        # Folders on the way would be open to root alone.
        command += ["--perms", "0755", "--dir", folder]
    for path in reads:
        command += ["--ro-bind", os.path.realpath(path), str(path)]
    for path in writes:
        command += ["--bind", os.path.realpath(path), str(path)]
    return [*command, "--chdir", cwd, "--"]


def _parents(paths: Sequence[Path]) -> list[str]:
    """Return every folder that leads to these paths and is made for the sandbox alone, from the top down."""
    made = {str(parent) for path in paths for parent in path.parents} - {"/", TEMPORARY, *_MERGED_FOLDERS}
    given = [str(path) for path in paths]
    return sorted(
        one
        for one in made
        if not one.startswith((*_SYSTEM_FOLDERS, *_ETC))
        and not any(one == path or one.startswith(f"{path}/") for path in given)
    )


def _namespaces() -> list[str]:
    """Return the part that makes namespaces. Root needs no users of the sandbox's own, and keeps just enough to become
    an ordinary user inside.
    """
    if os.geteuid() != 0:
        return ["--unshare-all"]
    kinds = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    return [*kinds, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]


def unshare_prefix() -> list[str]:
    """Return the `unshare` part: own network (none) and process numbers, but the machine's files."""
    command = [tool("setpriv"), "--pdeathsig", "KILL", "--no-new-privs", "--", tool("unshare")]
    if os.geteuid() != 0:
        command += ["--user", "--map-current-user"]
    return [*command, "--net", "--ipc", "--pid", "--fork", "--kill-child", "--"]


def _works(command: Callable[[], list[str]]) -> bool:
    """Tell whether a trial command (made late, as its tool may be missing) ends well."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command of our own
            command(), capture_output=True, timeout=_TRIAL_SECONDS, check=False
        )
    except (ProgramMissing, OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
