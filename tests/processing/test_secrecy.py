"""A key is nowhere but under its seal and in a licence: not in the database, a log, a page, an event or an answer."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg.sql import SQL, Identifier

from assets.models import Asset
from assets.services import links, wording
from processing.models import KeySource, Package, Queue
from processing.pipeline import PIPELINES, StepPlan
from processing.services import keys, leases, planning, running
from processing.services.context import StepContext
from processing.services.keys import GivenKey
from tests import speke
from tests.factories import AssetFactory, PackageFactory, UserFactory, VariantFactory
from tests.notifications.conftest import job_of
from tests.speke import key_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def forms(secret: bytes) -> set[str]:
    """Every spelling in which a key could be written down."""
    plain, safe = base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()
    return {
        secret.hex(),
        secret.hex().upper(),
        plain,
        plain.rstrip("="),
        safe,
        safe.rstrip("="),
        repr(secret)[2:-1],
        secret.decode("latin-1"),
        str(list(secret)),
    }


def found_in(text: str, secrets: list[bytes]) -> list[str]:
    """The spellings that stand in a text."""
    return [form for secret in secrets for form in forms(secret) if form in text]


def database() -> str:
    """Every row of every table, bytes in hexadecimal digits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        told = []
        for (name,) in cursor.fetchall():
            cursor.execute(SQL("SELECT row_to_json(t)::text FROM {} t").format(Identifier(name)))
            told += [f"{name} {row}" for (row,) in cursor.fetchall()]
    return "\n".join(told)


@pytest.fixture
def packages(settings: Any) -> Iterator[list[Package]]:
    """A package of each source of keys: made here, given by the caller, had from a key server."""
    with key_server() as server:
        settings.SPEKE_URL, settings.SPEKE_USER, settings.SPEKE_PASSWORD = (
            server.url,
            speke.USER,
            speke.PASSWORD,
        )
        made = []
        for source in KeySource:
            asset = AssetFactory(published=True)
            job = job_of(asset)
            package = PackageFactory(asset=asset, job=job, key_source=source)
            given = GivenKey(uuid4(), bytes(range(100, 116))) if source == KeySource.CALLER else None
            keys.provide(package=package, labels=["ALL"], given=given)
            VariantFactory(asset=asset, hls=True)
            made.append(package)
        yield made


def secrets_of(packages: list[Package]) -> list[bytes]:
    return [one.key for package in packages for one in keys.opened(package).values()]


def test_the_search_finds_what_it_looks_for() -> None:
    secret = bytes(range(100, 116))
    asset = AssetFactory(description=f"my key is {secret.hex()}")
    assert found_in(database(), [secret]) == [secret.hex()]
    Asset.objects.filter(pk=asset.pk).update(description=base64.b64encode(secret).decode())
    assert found_in(database(), [secret])
    Asset.objects.filter(pk=asset.pk).update(description="")
    wording.index([asset.pk])
    assert not found_in(database(), [secret])


def test_no_row_holds_a_key(packages: list[Package]) -> None:
    assert len(secrets_of(packages)) == 3
    assert found_in(database(), secrets_of(packages)) == []


def test_no_page_and_no_answer_but_a_licence_shows_one(
    packages: list[Package], client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = secrets_of(packages)
    client.force_login(UserFactory(role="administrator", is_superuser=True))
    addresses = [reverse("admin:processing_package_changelist"), "/jobs/", "/api/v1/jobs/"]
    for package in packages:
        asset, job = package.asset_id, package.job_id
        addresses += [
            reverse("admin:processing_package_change", args=[package.pk]),
            reverse("admin:processing_job_change", args=[job]),
            f"/assets/{asset}/",
            f"/jobs/{job}/",
            f"/api/v1/assets/{asset}/",
            f"/api/v1/assets/{asset}/playback",
            f"/api/v1/assets/{asset}/variants/",
            f"/api/v1/media/job/{job}/status",
            f"/api/v1/media/job/{job}/graph",
        ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert found_in(answer.content.decode("latin-1"), secrets) == [], address
    asked = found_in(_licence(client, packages[0]), secrets)
    assert asked, "a licence is the one answer that has it"
    assert found_in(caplog.text, secrets) == []
    assert found_in(database(), secrets) == [], "nothing was kept of the asking"


def _licence(client: Client, package: Package) -> str:
    kid = base64.urlsafe_b64encode(package.keys.get().kid.bytes).decode().rstrip("=")
    answer = client.post(
        f"/api/v1/packages/{package.pk}/license", json.dumps({"kids": [kid]}), content_type="text/plain"
    )
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_step_that_breaks_with_keys_in_its_hands_writes_none_down(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    held: list[bytes] = []

    def broken(context: StepContext) -> dict[str, Any]:
        package = PackageFactory(asset=context.asset, job=context.job)
        keys.provide(package=package, labels=["SD", "AUDIO"])
        opened = keys.opened(package)
        held.extend(one.key for one in opened.values())
        raise RuntimeError(f"it broke while it held {opened} of {list(package.keys.all())}")

    plan = [
        StepPlan("upload", "Upload", Queue.INGEST, (), 0, None),
        StepPlan("thumbnails", "Pictures", Queue.INGEST, ("upload",), 1, broken),
    ]
    monkeypatch.setitem(PIPELINES, "image", plan)
    asset = AssetFactory(image=True, passed_gate=True, content=b"bytes")
    planning.create(asset=asset, job_id=asset.job_id, parameters={})
    step = leases.claim(queue="ingest", worker="tests")
    assert step is not None
    running.run(step=step)
    assert len(held) == 2
    written = caplog.text + database()
    assert "it broke while it held" in written
    assert found_in(written, held) == []


def test_what_players_are_told_holds_none(packages: list[Package]) -> None:
    for package in packages:
        asset = Asset.objects.get(packages=package)
        document = links.playback(asset=asset, user=asset.uploaded_by)
        assert document["license_url"]
        assert found_in(json.dumps(document, default=str), secrets_of(packages)) == []
