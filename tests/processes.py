"""The processes of this machine, as tests look for what should run or should have ended."""

from pathlib import Path


def processes_with(*markers: str, begins: bool = False) -> dict[int, str]:
    """The command lines, by their ids, that hold every marker, or begin with each; NUL parts their words."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue  # it ended meanwhile
            if all((line.startswith if begins else line.__contains__)(marker) for marker in markers):
                found[int(entry.name)] = line
    return found
