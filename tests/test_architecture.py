"""Rules of the house that no linter knows: what may start programs, how long things may be, what is kept out."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("mediaportal", "assets", "processing", "notifications", "analysis")
SANDBOX = "mediaportal/core/sandbox"
LONGEST_FILE_LINES = 500
LONGEST_FUNCTION_LINES = 60
DRAWERS = {"utils", "util", "helpers", "common", "misc"}
STARTS_PROGRAMS = {"subprocess", "pty", "popen2", "commands", "multiprocessing.popen_spawn_posix"}
STARTS_PROGRAMS_IN_OS = re.compile(r"^(system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|fork|forkpty)$")


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, as git knows it; new files that are not ignored count too."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return tuple(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def sources(*folders: str) -> list[str]:
    """The Python files under the given folders, without migrations."""
    return [
        name
        for name in tracked()
        if name.endswith(".py") and name.split("/")[0] in folders and "/migrations/" not in name
    ]


def tree(name: str) -> ast.Module:
    """A source file, parsed."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=name)


def imported(node: ast.AST) -> Iterator[str]:
    """The dotted names that an import statement names; nothing for any other node."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)


def starts_programs(node: ast.AST) -> bool:
    """Tell whether a node imports or calls what runs another program."""
    for name in imported(node):
        module, _, last = name.rpartition(".")
        if name.split(".")[0] in STARTS_PROGRAMS or (module == "os" and STARTS_PROGRAMS_IN_OS.match(last)):
            return True
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    if node.value.id == "os":
        return bool(STARTS_PROGRAMS_IN_OS.match(node.attr))
    return node.value.id == "asyncio" and node.attr.startswith("create_subprocess")


def functions(parsed: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, nested ones too."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_only_the_sandbox_starts_programs() -> None:
    found = [
        f"{name}:{getattr(node, 'lineno', 1)}"
        for name in sources(*APPS)
        if not name.startswith(SANDBOX)
        for node in ast.walk(tree(name))
        if starts_programs(node)
    ]
    assert not found, "run programs through mediaportal.core.sandbox"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import subprocess", True),
        ("from subprocess import run", True),
        ("import os; os.system('true')", True),
        ("from os import popen", True),
        ("import asyncio; asyncio.create_subprocess_exec('true')", True),
        ("import os; os.replace('a', 'b')", False),
        ("from os import path", False),
    ],
)
def test_the_search_for_programs_finds_them(source: str, expected: bool) -> None:
    assert any(starts_programs(node) for node in ast.walk(ast.parse(source))) is expected


def test_no_file_is_too_long() -> None:
    lengths = {
        name: len((ROOT / name).read_bytes().splitlines()) for name in sources(*APPS, "tests", "script")
    }
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE_LINES}


def test_no_function_is_too_long() -> None:
    found = {
        f"{name}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for name in sources(*APPS)
        for function in functions(tree(name))
    }
    assert not {place: lines for place, lines in found.items() if lines > LONGEST_FUNCTION_LINES}


def test_no_module_is_a_drawer() -> None:
    parts = {name: set(Path(name).with_suffix("").parts) for name in sources(*APPS, "tests", "script")}
    assert not [name for name, words in parts.items() if words & DRAWERS], "name modules after what they hold"


def test_every_module_says_what_it_is_for() -> None:
    found = [
        name
        for name in sources(*APPS, "tests", "script")
        if (parsed := tree(name)).body and ast.get_docstring(parsed) is None
    ]
    assert not found


def test_no_first_party_import_hides_in_a_function() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in sources(*APPS)
        if not name.endswith("/apps.py")  # Django lets `ready()` alone import what needs the models
        for function in functions(tree(name))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        if any(module.startswith(".") or module.split(".")[0] in APPS for module in imported(node))
    ]
    assert not found, "what must go up goes by signal or registry"


def unwritten(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function does nothing but say that somebody else must write it."""
    body = [node for node in function.body if not isinstance(node, ast.Expr)]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])


def test_no_function_is_left_to_be_written() -> None:
    found = [
        f"{name}:{function.lineno} {function.name}"
        for name in sources(*APPS)
        for function in functions(tree(name))
        if unwritten(function)
    ]
    assert not found, "take the missing part as a value"


def test_no_path_of_a_developers_machine_is_kept() -> None:
    machine = re.compile(rb"(?<![\w.$}~-])/(?:home|Users|root|work)/[A-Za-z]")
    found = [
        f"{name}:{number}"
        for name in tracked()
        if name != Path(__file__).relative_to(ROOT).as_posix()
        for number, line in enumerate((ROOT / name).read_bytes().splitlines(), start=1)
        if machine.search(line)
    ]
    assert not found
