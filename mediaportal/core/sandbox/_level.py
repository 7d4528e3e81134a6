"""How strongly this machine can shut a program in, found by really trying.

An ordinary user may have `bwrap` installed and yet not be permitted to make namespaces, and a container may
forbid them to root too; only a trial tells.
"""

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from ._errors import ProgramMissing
from ._ordinary import become, grant, shut_to_others
from ._tools import tool

Level = Literal["bubblewrap", "unshare", "limits"]

# Programs and their libraries. Names in /etc/alternatives and the linker's cache are needed by ffmpeg's
# libraries, fonts by filters that draw text.
_SYSTEM_FOLDERS = ("/usr",)
_MERGED_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/fonts")
_TRIAL_SECONDS = 20
TEMPORARY = "/tmp"  # noqa: S108 - inside the sandbox, where it is empty and private

# A parent that ended before its child was bound to it. The first shell is given the number of its parent; the second
# runs in a namespace where its parent has none: it reads that of the first ($$ stays through exec) and asks /proc.
_CHILD_OF = '[ "$PPID" = "$0" ] || exit 1; '
_PARENT_LIVES = """
while read -r key state rest; do [ "$key" = State: ] && break; done 2>&- <"/proc/$OUTER/status" || exit 1
case $state in [ZX]*|"") exit 1;; esac
unset OUTER; exec "$0" "$@"
"""


@functools.cache
def level() -> Level:
    """Return the strongest level that works here; the trial runs once in a process."""
    true = tool("true")
    if _works(lambda: [*bubblewrap_prefix((), (), TEMPORARY), true]):
        return "bubblewrap"
    if _works(lambda: [*unshare_prefix(), true]):
        return "unshare"
    return "limits"


def drops_root(paths: Sequence[Path] = ()) -> bool:
    """Whether a program that is given these paths is run as an ordinary user although the portal is run by root."""
    return os.geteuid() == 0 and _becomes(_searches(paths))


@functools.cache
def _becomes(search: bool) -> bool:
    """Whether root can become the ordinary user here; the trial runs once for each kind.

    With `search`: also where folders on the way to a file are shut to others. Bubblewrap needs nothing for it, as it
    shows a file without the folders that it lies in.
    """
    python = [Path(prefix) for prefix in {sys.prefix, sys.base_prefix} if not prefix.startswith("/usr")]
    user = become(search=search or _searches(python))
    return _works(lambda: _walled([sys.executable, "-c", ""], python, (), TEMPORARY, user))


def _searches(paths: Sequence[Path]) -> bool:
    """Whether the ordinary user would come to these paths through folders that are shut to him."""
    return level() != "bubblewrap" and bool(shut_to_others(paths))


def wrap(argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path], cwd: str) -> list[str]:
    """Return the command line that runs `argv` at the level of this machine, never as root where that can be."""
    given = (*reads, *writes)
    if not drops_root(given):
        return _walled(argv, reads, writes, cwd, [])
    search = _searches(given)
    grant(() if search else reads, writes)
    return _walled(argv, reads, writes, cwd, become(search=search))


def _walled(
    argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path], cwd: str, user: Sequence[str]
) -> list[str]:
    """Return the command line at the level of this machine; `user` is the part of `setpriv` that changes the user.

    Each part is bound to the life of the one before it, the first to this process. The kernel forgets that bond when
    a user changes, so it is made after the change; and a parent that ended before the bond was made is looked for.
    """
    bound = [tool("setpriv"), *user, "--pdeathsig", "KILL", "--no-new-privs", "--", tool("sh"), "-c"]
    match level():
        case "bubblewrap":
            # A shell stays behind as process 1: the kernel ends it with the worker, which it would not do to another
            # user's process, and with process 1 end all.
            inside = [tool("sh"), "-c", '"$@"; exit $?', "sh", tool("setpriv"), *user, "--no-new-privs", "--"]
            return [*bubblewrap_prefix(reads, writes, cwd), *(inside if user else ()), *argv]
        case "unshare":
            first = [tool("setpriv"), "--pdeathsig", "KILL", "--no-new-privs", "--", tool("sh"), "-c"]
            first += [_CHILD_OF + 'OUTER=$$ exec "$@"', str(os.getpid())]
            return [*first, *unshare_prefix(), *bound, _PARENT_LIVES, *argv]
        case "limits":
            return [*bound, _CHILD_OF + 'exec "$@"', str(os.getpid()), *argv]


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
    users = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
    return [tool("unshare"), *users, "--net", "--ipc", "--pid", "--fork", "--"]


def _works(command: Callable[[], list[str]]) -> bool:
    """Tell whether a trial command (made late, as its tool may be missing) ends well."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command of our own
            command(), capture_output=True, timeout=_TRIAL_SECONDS, check=False
        )
    except (ProgramMissing, OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
