"""What is missing on a machine is named, with what to do; `migrate` and the like never ask."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import registry
from django.core.checks.messages import ERROR, WARNING, CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from redis import Redis

from mediaportal.core import checks, sandbox
from mediaportal.core.clamd import Clamd
from processing import tasks
from tests import clamav
from tests.clamav import FakeClamd


def summary(found: Any) -> list[tuple[int, str | None]]:
    """Level and id of each message."""
    return [(message.level, message.id) for message in found]


def hints(found: list[CheckMessage]) -> bool:
    """Whether every message says what to do."""
    return all(message.hint for message in found)


def test_this_machine_is_good(db: None) -> None:
    for check in (checks.database, checks.redis, checks.folders, checks.packages):
        assert summary(check(None)) == []


def test_the_checks_run_only_when_asked_for() -> None:
    usual = registry.registry.get_checks(include_deployment_checks=False)
    asked = registry.registry.get_checks(include_deployment_checks=True)
    for check in (checks.database, checks.redis, checks.folders, checks.packages, checks.walls):
        assert check not in usual
        assert check in asked
        assert "machine" in check.tags


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        ((15, "UTF8", True), []),
        ((14, "UTF8", True), ["core.E002"]),
        ((15, "SQL_ASCII", True), ["core.E003"]),
        ((15, "UTF8", False), ["core.E003"]),
        ((13, "LATIN1", False), ["core.E002", "core.E003"]),
    ],
)
def test_databases(facts: tuple[int, str, bool], ids: list[str]) -> None:
    assert [i for _level, i in summary(checks._database_facts(*facts))] == ids


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Any:
        raise DatabaseError("no such socket")

    monkeypatch.setattr(connection, "cursor", refused)
    found = checks.database(None)
    assert summary(found) == [(ERROR, "core.E001")]
    assert "no such socket" in found[0].msg


def test_redis_that_does_not_answer(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_CACHE_URL = f"unix://{tmp_path}/nobody.sock"
    assert summary(checks.redis(None)) == [(ERROR, "core.E004")]


def test_redis_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redis, "info", lambda _self, _section: {"redis_version": "6.2.1"})
    assert summary(checks.redis(None)) == [(ERROR, "core.E005")]


def test_folders_that_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    found = list(checks.folders(None))
    assert summary(found) == [(ERROR, "core.E006")]
    assert "MEDIA_ROOT" in found[0].msg


def test_folders_on_different_file_systems(settings: Any) -> None:
    memory = Path("/dev/shm")  # noqa: S108 - a file system that every Linux has
    if memory.stat().st_dev != Path(settings.MEDIA_ROOT).stat().st_dev:
        settings.SCRATCH_ROOT = memory / f"mediaportal-{os.getpid()}"
        assert summary(checks.folders(None)) == [(WARNING, "core.W001")]
        settings.SCRATCH_ROOT.rmdir()


def test_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_MODULES", {"no_such_module_here": "no-such-package"})
    monkeypatch.setattr(checks.ctypes.util, "find_library", lambda _name: None)  # type: ignore[attr-defined]
    found = list(checks.packages(None))
    assert summary(found) == [(ERROR, "core.E007"), (ERROR, "core.E008")]
    assert hints(found)


OWN, OTHERS = ["localhost", "127.0.0.1", "[::1]", "portal.localhost"], ["media.example.org"]


@pytest.mark.parametrize(
    ("level", "hosts", "https", "told", "expected"),
    [
        ("bubblewrap", OTHERS, True, False, []),
        ("unshare", OTHERS, True, False, [(WARNING, "core.W002")]),
        ("limits", OWN, False, False, [(WARNING, "core.W003")]),
        ("limits", OTHERS, False, False, [(ERROR, "core.E009")]),
        ("limits", ["*"], False, False, [(ERROR, "core.E009")]),
        ("limits", ["192.168.1.2"], False, False, [(ERROR, "core.E009")]),
        ("limits", OWN, True, False, [(ERROR, "core.E009")]),
        ("limits", OTHERS, True, True, [(WARNING, "core.W003")]),
    ],
)
def test_walls(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    level: str,
    hosts: list[str],
    https: bool,
    told: bool,
    expected: Any,
) -> None:
    monkeypatch.setattr(sandbox, "level", lambda: level)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    settings.ALLOWED_HOSTS, settings.HTTPS, settings.ALLOW_UNSANDBOXED = hosts, https, told
    found = list(checks.walls(None))
    assert summary(found) == expected
    assert hints(found)
    assert all(level in message.msg for message in found)


@pytest.fixture
def scanner(tmp_path: Path, settings: Any) -> Iterator[clamav.Clamd]:
    """A clamd that is set up, but not started."""
    found = clamav.Clamd(tmp_path)
    settings.SCANNER, settings.CLAMD_URL = "clamd", found.url
    settings.CLAMD_MAX_BYTES, settings.CLAMD_CONFIG = clamav.MOST_BYTES, str(found.config)
    yield found
    found.stop()


def ids(found: Sequence[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_a_scanner_that_is_as_it_was_said_to_be(scanner: clamav.Clamd) -> None:
    scanner.start()
    assert checks.scanner(None) == []


def test_no_scanner_is_set_up(settings: Any) -> None:
    settings.SCANNER = "none"
    assert checks.scanner(None) == []


def test_a_scanner_that_is_away_is_warned_of(scanner: clamav.Clamd) -> None:
    assert ids(checks.scanner(None)) == ["core.W005"]


def test_a_scanner_that_reads_less_than_was_said(scanner: clamav.Clamd, settings: Any) -> None:
    scanner.start()
    settings.CLAMD_MAX_BYTES = clamav.MOST_BYTES * 2
    assert ids(checks.scanner(None)) == ["core.E012", "core.E012"]
    settings.CLAMD_CONFIG = ""
    assert checks.scanner(None) == []
    settings.CLAMD_MAX_BYTES = 3 << 30
    assert ids(checks.scanner(None)) == ["core.E011"]
    settings.CLAMD_MAX_BYTES, settings.CLAMD_CONFIG = 1, "/nowhere/clamd.conf"
    assert ids(checks.scanner(None)) == ["core.W007"]


def test_a_scanner_that_remembers_by_md5_is_warned_of(
    scanner: clamav.Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner.start()
    monkeypatch.setattr(Clamd, "remembers_by_md5", lambda _self: True)
    found = list(checks.scanner(None))
    assert ids(found) == ["core.W008"]
    assert "DisableCache" in (found[0].hint or "")


def test_a_scanner_that_gives_up_before_the_portal_is_warned_of(scanner: clamav.Clamd, settings: Any) -> None:
    scanner.start()
    settings.SCAN_SECONDS = 601
    found = list(checks.scanner(None))
    assert ids(found) == ["core.W009"]
    assert "MaxScanTime 601000" in (found[0].hint or "")
    # What its configuration does not name is as clamd has it.
    lines = [line for line in scanner.config.read_text().splitlines() if not line.startswith("MaxScanTime")]
    scanner.config.write_text("\n".join(lines))
    settings.SCAN_SECONDS = 120
    assert checks.scanner(None) == []
    settings.SCAN_SECONDS = 121
    assert ids(checks.scanner(None)) == ["core.W009"]
    # Nought is no limit.
    scanner.config.write_text("\n".join([*lines, "MaxScanTime 0"]))
    assert checks.scanner(None) == []


def test_a_scanner_that_cannot_be_believed(tmp_path: Path, settings: Any) -> None:
    with FakeClamd(tmp_path, b"stream: OK\n", proves=False) as fake:
        settings.SCANNER, settings.CLAMD_URL, settings.CLAMD_CONFIG = "clamd", fake.url, ""
        assert ids(checks.scanner(None)) == ["core.W006", "core.E010"]


@pytest.mark.parametrize(
    ("level", "more"), [("bubblewrap", []), ("unshare", ["core.W002"]), ("limits", ["core.W003"])]
)
def test_root_that_stays_root_is_warned_of(
    settings: Any, monkeypatch: pytest.MonkeyPatch, level: str, more: list[str]
) -> None:
    settings.ALLOW_UNSANDBOXED = True
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sandbox, "level", lambda: level)
    monkeypatch.setattr(sandbox, "drops_root", lambda _paths: False)
    assert ids(checks.walls(None)) == ["core.W004", *more]


@pytest.mark.parametrize(
    ("hosts", "told", "starts"), [(OTHERS, False, False), (OTHERS, True, True), (OWN, False, True)]
)
def test_what_others_reach_does_not_start_without_walls(
    settings: Any, monkeypatch: pytest.MonkeyPatch, hosts: list[str], told: bool, starts: bool
) -> None:
    monkeypatch.setattr(sandbox, "level", lambda: "limits")
    settings.ALLOWED_HOSTS, settings.HTTPS, settings.ALLOW_UNSANDBOXED = hosts, False, told
    if starts:
        checks.require_walls()
        tasks.refuse_without_walls()
        return
    with pytest.raises(ImproperlyConfigured, match="ALLOW_UNSANDBOXED"):
        checks.require_walls()
    with pytest.raises(SystemExit, match="held by limits only"):
        tasks.refuse_without_walls()
