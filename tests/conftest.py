"""What every test stands on: folders of its own, fast passwords, services kept apart by worker, no network."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from mediaportal.core.env import NamedKey
from tests import emptying
from tests.buckets import bucket, bucket_service, storage_kind  # noqa: F401 - fixtures for every test

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session", autouse=True)
def portal_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Media and scratch folders, cache keys and websocket groups of this worker alone."""
    root = tmp_path_factory.mktemp("portal")
    for folder in ("media", "scratch", "static", "media/incoming"):
        (root / folder).mkdir()
    storages: dict[str, Any] = live_settings.STORAGES
    layer: dict[str, Any] = live_settings.CHANNEL_LAYERS["default"]
    cached: dict[str, Any] = live_settings.CACHES["default"]
    changed = override_settings(
        MEDIA_ROOT=root / "media",
        INCOMING_ROOT=root / "media" / "incoming",
        SCRATCH_ROOT=root / "scratch",
        STATIC_ROOT=root / "static",
        STORAGES={
            "default": storages["default"] | {"OPTIONS": {"location": root / "media", "base_url": None}},
            # Hashed names need a collected folder, which tests do not have.
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        CACHES={"default": cached | {"KEY_PREFIX": f"test-{WORKER}"}},
        CHANNEL_LAYERS={"default": layer | {"CONFIG": layer["CONFIG"] | {"prefix": f"test-{WORKER}"}}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MASTER_KEYS=(NamedKey("tests", bytes(range(32))),),
        SIGN_IN_TRIES=100_000,
        # Other programs of this machine would slow the tests down.
        STEP_NICENESS=0,
        ALLOWED_HOSTS=["testserver", "localhost", "127.0.0.1"],
        # The first of these names is not this machine's own; no walls are needed all the same.
        ALLOW_UNSANDBOXED=True,
    )
    # Threads of the portal give their connection back after each use, so that the database can be dropped.
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    with changed:
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of this worker, which is emptied of what tests have left and of nothing else."""
    with django_db_blocker.unblock():
        emptying.remember()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: emptying.empty())
        yield


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets reach this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = "127.0.0.1" if address[0] == "localhost" else address[0]
            if not ipaddress.ip_address(host).is_loopback:
                raise RuntimeError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Every test begins in English: a page's language stays with the thread that served it."""
    yield
    translation.activate("en")


@pytest.fixture(autouse=True)
def _clean_incoming(portal_settings: None) -> Iterator[None]:
    """What a test leaves unfinished is of no use to the next one, and would be counted by it."""
    yield
    for path in Path(live_settings.INCOMING_ROOT).iterdir():
        path.unlink(missing_ok=True)


@pytest.fixture
def clean_cache() -> Iterator[None]:
    """An empty cache (throttles, progress) before and after."""
    cache.delete_many(_keys())
    yield
    cache.delete_many(_keys())


def _keys() -> list[str]:
    """The keys of this worker, without the prefix that the cache adds by itself."""
    client = cache._cache.get_client(None)  # type: ignore[attr-defined]  # Django offers no listing
    mark = cache.make_key("")
    return [key.decode().removeprefix(mark) for key in client.scan_iter(match=f"{mark}*")]


@pytest.fixture
def api() -> APIClient:
    """A client of the API with nobody signed in."""
    return APIClient()
