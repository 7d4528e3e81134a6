"""Where the tools are that the sandbox itself needs."""

import functools
from shutil import which

from ._errors import ProgramMissing


@functools.cache
def tool(name: str) -> str:
    """Return the path of a tool of the sandbox itself; raises `ProgramMissing`."""
    path = which(name, path="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
    if path is None:
        raise ProgramMissing(name)
    return path
