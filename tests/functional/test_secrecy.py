"""A caller's key goes through a portal that really runs, and is found nowhere afterwards but in its licence."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from script.lib.processes import EVERY_QUEUE
from tests.factories import UserFactory
from tests.functional.conftest import portal_process, worker_process
from tests.functional.test_work import Caller
from tests.media import media
from tests.processing.test_secrecy import database, forms, found_in

pytestmark = pytest.mark.xdist_group("workers")
KID = "8f1c4b5e-0d3a-4e57-9d0c-5b8a1f6c2e90"
KEY = bytes.fromhex("9e1b6a07d45cf23388a1c0e7115fb2d4")


def stored() -> bytes:
    """Every byte that was stored, or left in a scratch folder."""
    places = (Path(settings.MEDIA_ROOT), Path(settings.SCRATCH_ROOT))
    return b"".join(path.read_bytes() for place in places for path in place.rglob("*") if path.is_file())


def ended(caller: Caller, answer: bytes, heard: list[str]) -> None:
    """Wait for the job that an answer names, and keep what was told of it."""
    found = caller.wait_for_end(json.loads(answer)["job_id"])
    heard += [answer.decode(), json.dumps(found)]
    assert found["status"] == "completed", found


def test_a_key_is_found_nowhere_but_in_its_licence(
    transactional_db: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    heard: list[str] = []
    with portal_process() as (_web, address), worker_process(EVERY_QUEUE, threads=2, level="DEBUG"):
        caller = Caller(address, UserFactory(role="manager"))
        _status, uploaded = caller.upload("tiny.mp4", media("tiny.mp4").read_bytes())
        ended(caller, json.dumps(uploaded).encode(), heard)
        order: dict[str, Any] = {
            "asset_id": uploaded["asset_id"],
            "package": {"encryption": {"scheme": "cbcs", "kid": KID, "key": KEY.hex()}},
        }
        for _turn in range(2):  # the second is a repeat, which is answered as the first was
            code, _headers, answer = caller.ask(
                "POST",
                "/api/v1/media/transcode",
                body=json.dumps(order).encode(),
                Content_Type="application/json",
                Idempotency_Key="once",
            )
            assert code == 202, answer
        ended(caller, answer, heard)
        document = json.loads(caller.ask("GET", f"/api/v1/assets/{uploaded['asset_id']}/playback")[2])
        heard.append(json.dumps(document))
        master = caller.ask("GET", document["hls_url"])[2]
        heard += [master.decode(), caller.ask("GET", document["dash_url"])[2].decode()]
        kid = base64.urlsafe_b64encode(bytes.fromhex(KID.replace("-", ""))).decode().rstrip("=")
        asked = json.dumps({"kids": [kid], "type": "temporary"}).encode()
        code, _headers, licence = caller.ask("POST", document["license_url"], body=asked)
        assert code == 200
        (given,) = json.loads(licence)["keys"]
        assert given["k"] in forms(KEY), "the licence is the one answer that has it"
        order_id = json.loads(answer)["job_id"]
        heard.append(json.dumps(caller.status(order_id)))
    logged = "".join(capfd.readouterr())
    assert order_id in logged, "the log of both processes is heard"
    assert found_in("\n".join([*heard, logged, database()]), [KEY]) == []
    kept = stored()
    assert len(kept) > 10_000
    assert [form for form in forms(KEY) if form.encode("latin-1") in kept] == []
