"""nginx and the portal's own door answer alike for the same file; in front of the portal nginx sends what it may."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from assets import delivery
from assets.models import Asset
from script.lib.processes import end
from tests.factories import AssetFactory, VariantFactory, put_file
from tests.functional.conftest import ROOT, free_port, portal_environment, portal_process

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(range(256)) * 64
LAST_MODIFIED = 1_700_000_000
Headers = dict[str, str]

SAME = {
    "whole": {},
    "first bytes": {"Range": "bytes=0-99"},
    "from": {"Range": "bytes=16000-"},
    "last": {"Range": "bytes=-10"},
    "more than there is": {"Range": "bytes=-99999"},
    "beyond the end": {"Range": "bytes=100-99999"},
    "outside": {"Range": "bytes=16384-"},
    "all outside": {"Range": "bytes=20000-30000,40000-"},
    "several": {"Range": "bytes=0-9,100-119"},
    "several, one outside": {"Range": "bytes=0-9,20000-"},
    "overlapping, too much": {"Range": "bytes=0-16000,10-16383"},
    "other unit": {"Range": "lines=0-9"},
    "known by tag": {"If-None-Match": "{etag}"},
    "known by weak tag": {"If-None-Match": "W/{etag}"},
    "one of several tags": {"If-None-Match": '"x", {etag}'},
    "any tag": {"If-None-Match": "*"},
    "another tag": {"If-None-Match": '"x"'},
    "known by time": {"If-Modified-Since": "{modified}"},
    "tag before time": {"If-None-Match": '"x"', "If-Modified-Since": "{modified}"},
    "this state": {"If-Match": "{etag}"},
    "not this state": {"If-Match": '"x"'},
    "not since": {"If-Unmodified-Since": "{modified}"},
    "since": {"If-Unmodified-Since": "Tue, 14 Nov 2000 22:13:20 GMT"},
    "range of this state": {"Range": "bytes=0-9", "If-Range": "{etag}"},
    "range of another state": {"Range": "bytes=0-9", "If-Range": '"x"'},
    "range of this time": {"Range": "bytes=0-9", "If-Range": "{modified}"},
    "range of another time": {"Range": "bytes=0-9", "If-Range": "Tue, 14 Nov 2000 22:13:20 GMT"},
    "known, and a range": {"Range": "bytes=0-9", "If-None-Match": "{etag}"},
}
"""Requests; the tag and the time of whoever is asked stand in the braces."""


@contextlib.contextmanager
def nginx_process(folder: Path, portal: str) -> Iterator[str]:
    """nginx in front of a portal, by the configuration that is delivered; returns its address."""
    port = free_port()
    site = Template((ROOT / "deploy" / "nginx.conf.template").read_text(encoding="utf-8")).safe_substitute(
        PORTAL=urlsplit(portal).netloc,
        LISTEN=f"127.0.0.1:{port}",
        SERVER_NAME="localhost",
        MEDIA_ROOT=str(settings.MEDIA_ROOT),
    )
    # Beside it the same storage as plain files, to compare with.
    plain = f"location /plain/ {{ alias {settings.MEDIA_ROOT}/; }}\n}}"
    head, _brace, _rest = site.rpartition("}")
    own = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("proxy", "client_body", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}\ndaemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log stderr warn;\n"
        f"events {{}}\nhttp {{\naccess_log off;\ntypes {{ video/mp4 mp4; }}\n{own}{head}{plain}\n}}\n",
        encoding="utf-8",
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    process = subprocess.Popen(command)
    try:
        _wait(port, process)
        yield f"127.0.0.1:{port}"
    finally:
        end(process, seconds=10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until it takes connections."""
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("nginx did not start")
        time.sleep(0.05)


@pytest.fixture
def asset() -> Asset:
    """A published video whose file is as old as a test can know."""
    made = AssetFactory(published=True, visibility="public", content=CONTENT)
    os.utime(default_storage.path(made.storage_key), (LAST_MODIFIED, LAST_MODIFIED))
    return made


def ask(place: str, path: str, headers: Headers, method: str = "GET") -> tuple[int, Headers, bytes]:
    """One request: status, headers in small letters, body."""
    line = http.client.HTTPConnection(place, timeout=20)
    try:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


def outcome(place: str, path: str, name: str, method: str) -> tuple[object, ...]:
    """What a caller can rely on of an answer to one of the requests."""
    _status, known, _body = ask(place, path, {}, "HEAD")
    facts = {"etag": known["etag"], "modified": known["last-modified"]}
    asked = {header: value.format(**facts) for header, value in SAME[name].items()}
    status, headers, body = ask(place, path, asked, method)
    told = {200: ("etag", "last-modified", "accept-ranges"), 206: ("etag", "last-modified")}.get(status, ())
    kind, _semicolon, boundary = headers.get("content-type", "").partition("; boundary=")
    if status >= 400:
        body = b""  # words of each server's own
    elif boundary:
        body = body.replace(boundary.encode(), b"boundary")
    whole = headers.get("content-length") if status in {200, 206} and not boundary else None
    known_kind = kind if status in {200, 206} else None
    return status, known_kind, headers.get("content-range"), whole, [name in headers for name in told], body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_door_answers_as_nginx_does(web_process: str, asset: Asset, tmp_path: Path, method: str) -> None:
    ours = delivery.original_url(asset, user=asset.uploaded_by)
    with nginx_process(tmp_path, web_process) as front:
        own = urlsplit(web_process).netloc
        plain = f"/plain/{asset.storage_key}"
        for name in SAME:
            theirs, made = outcome(front, plain, name, method), outcome(own, ours, name, method)
            assert made == theirs or _differs_well(name, method, made), name


def _differs_well(name: str, method: str, made: tuple[object, ...]) -> bool:
    """Where the standard leaves it open: a range asked for with HEAD is ignored (RFC 9110, 14.2)."""
    return method == "HEAD" and "Range" in SAME[name] and made[0] in {200, 304}


def test_nginx_sends_what_the_portal_lets_through(asset: Asset, tmp_path: Path) -> None:
    manifest = VariantFactory(asset=asset, hls=True, content=b"#EXTM3U\n")
    folder = manifest.storage_key.rsplit("/", 1)[0]
    put_file(f"{folder}/v360/1.m4s", CONTENT)
    environment = portal_environment() | {
        "X_ACCEL_LOCATION": "/stored/",
        "MEDIA_ORIGINS": "https://a.example",
    }
    with portal_process(environment) as (_process, address), nginx_process(tmp_path, address) as front:
        url = delivery.variant_url(manifest, user=asset.uploaded_by)
        segment = url.replace("master.m3u8", "v360/1.m4s")
        status, headers, body = ask(front, url, {})
        assert (status, headers["content-type"], body) == (200, "application/vnd.apple.mpegurl", b"#EXTM3U\n")
        status, headers, body = ask(front, segment, {"Range": "bytes=256-511", "Origin": "https://a.example"})
        assert (status, body, headers["content-type"]) == (206, CONTENT[256:512], "video/iso.segment")
        assert headers["content-range"] == f"bytes 256-511/{len(CONTENT)}"
        assert headers["cache-control"].endswith("immutable")
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["access-control-allow-origin"] == "https://a.example"
        assert "x-accel-redirect" not in headers
        assert ask(front, segment, {"If-None-Match": headers["etag"]})[0] == 304
        assert ask(front, f"/stored/{asset.storage_key}", {})[0] == 404
        assert ask(front, url.replace("/files/", "/files/A"), {})[0] == 404
        Asset.objects.filter(pk=asset.pk).update(deleted_at="2026-01-01T00:00:00Z")
        until = time.monotonic() + 5
        while ask(front, segment, {})[0] == 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert ask(front, segment, {})[0] == 404
