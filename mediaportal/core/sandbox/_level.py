"""How strongly this machine can shut a program in, found by really trying.

An ordinary user may have `bwrap` installed and yet not be permitted to make namespaces, and a container may
forbid them to root too; only a trial tells.
"""

import functools
import os
import subprocess
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


def wrap(argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path], cwd: str) -> list[str]:
    """Return the command line that runs `argv` at the level of this machine."""
    match level():
        case "bubblewrap":
            return [*bubblewrap_prefix(reads, writes, cwd), *argv]
        case "unshare":
            return [*unshare_prefix(), *argv]
        case "limits":
            # Without a namespace nothing else ends the program when the worker itself is killed.
            return [tool("setpriv"), "--pdeathsig", "KILL", "--no-new-privs", "--", *argv]


def bubblewrap_prefix(reads: Sequence[Path], writes: Sequence[Path], cwd: str) -> list[str]:
    """Return the `bwrap` part: only /usr, the given paths and an empty /tmp are there; no network."""
    command = [tool("bwrap"), "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    # As process 1 the program is waited for by bwrap itself; only so do its CPU seconds reach the caller.
    command += ["--as-pid-1", "--proc", "/proc", "--dev", "/dev", "--tmpfs", TEMPORARY]
    for folder in _SYSTEM_FOLDERS:
        command += ["--ro-bind", folder, folder]
    for folder in _MERGED_FOLDERS:
        place = Path(folder)
        if place.is_symlink():
            command += ["--symlink", str(place.readlink()), folder]
        elif place.is_dir():
            command += ["--ro-bind", folder, folder]
    for name in _ETC:
        command += ["--ro-bind-try", name, name]
    for path in reads:
        command += ["--ro-bind", os.path.realpath(path), str(path)]
    for path in writes:
        command += ["--bind", os.path.realpath(path), str(path)]
    return [*command, "--chdir", cwd, "--"]


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
