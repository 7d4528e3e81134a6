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

# The last part before the program. Each part is bound to the life of the one before it; whether one of these had ended
# before that was so, only the worker itself can tell: it is asked, and answers as long as it lives.
_ASK = 'echo >&"$0" && read -r <&"$0" && eval "exec $0>&-" || exit 125; '


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


def wrap(
    argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path], cwd: str, *, asks: int
) -> list[str]:
    """Return the command line that runs `argv` at the level of this machine, never as root where that can be.

    `asks` is the number of the open socket on which it asks, with a line, whether to go on, and gets a line.
    """
    given = (*reads, *writes)
    if not drops_root(given):
        return _walled(argv, reads, writes, cwd, [], asks)
    search = _searches(given)
    grant(() if search else reads, writes)
    return _walled(argv, reads, writes, cwd, become(search=search), asks)


def _walled(  # noqa: PLR0917 - one step of `wrap`
    argv: Sequence[str],
    reads: Sequence[Path],
    writes: Sequence[Path],
    cwd: str,
    user: Sequence[str],
    asks: int | None = None,
) -> list[str]:
    """Return the command line at the level of this machine; `user` is the part of `setpriv` that changes the user.

    The kernel forgets that a part ends with the one before it when its user changes, so that is said after the change.
    """
    bound = [tool("setpriv"), *user, "--pdeathsig", "KILL", "--no-new-privs", "--"]
    first = [tool("setpriv"), "--pdeathsig", "KILL", "--no-new-privs", "--"]
    match level():
        case "bubblewrap" if user:
            # A shell stays behind as process 1: the kernel ends it with the worker, which it would not do to another
            # user's process, and with process 1 end all.
            inside = [tool("setpriv"), *user, "--no-new-privs", "--"]
            shell = _shell('"$@"; exit $?', asks)
            return [*first, *bubblewrap_prefix(reads, writes, cwd), *shell, *inside, *argv]
        case "bubblewrap":
            return [*first, *bubblewrap_prefix(reads, writes, cwd), *_shell('exec "$@"', asks), *argv]
        case "unshare":
            return [*first, *unshare_prefix(), *bound, *_shell('exec "$@"', asks), *argv]
        case "limits":
            return [*bound, *_shell('exec "$@"', asks), *argv]


def _shell(go_on: str, asks: int | None) -> list[str]:
    """Return the part that asks whether to go on, then does; bash, as others know no descriptors of two digits."""
    return [tool("bash"), "-c", ("" if asks is None else _ASK) + go_on, str(asks)]


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
