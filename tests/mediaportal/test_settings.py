"""The settings refuse what would be unsafe, before anything else happens."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as here

ROOT = Path(__file__).resolve().parents[2]


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "DEBUG"}}
    return subprocess.run(
        [sys.executable, "-c", "import mediaportal.settings"],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "secret", ["", "short", "only-for-development-on-one-machine", "change-me-" + "x" * 40]
)
def test_without_debug_a_missing_or_default_secret_stops_the_start(secret: str) -> None:
    ended = start(SECRET_KEY=secret)
    assert ended.returncode != 0
    assert "SECRET_KEY is missing, too short" in ended.stderr


def test_a_real_secret_or_debug_lets_it_start() -> None:
    assert start(SECRET_KEY="k" * 50).returncode == 0
    assert start(DEBUG="1").returncode == 0


def test_readme_tells_every_variable_and_no_other() -> None:
    table = re.findall(r"^\| (`[A-Z][^|]*)\|([^|]*)\|", (ROOT / "README.md").read_text(), re.M)
    told = {name for row in table for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", "".join(row))}
    settings = "".join(path.read_text() for path in (ROOT / "mediaportal").glob("settings*.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', settings))
    assert len(read) > 50 and read - told == set()
    commands = [ROOT / "Procfile", *(path for path in (ROOT / "script").rglob("*") if path.is_file())]
    also = "\n".join(path.read_text(errors="replace") for path in commands)
    assert {name for name in told - read if not re.search(rf"\b{name}\b", also)} == set()


@pytest.mark.parametrize("niceness", ["20", "5000"])
def test_programs_yield_no_more_than_the_system_knows(niceness: str) -> None:
    ended = start(SECRET_KEY="k" * 50, STEP_NICENESS=niceness)
    assert ended.returncode != 0 and "STEP_NICENESS must be at most 19" in ended.stderr


def test_a_clock_that_is_fast_ends_no_sweeping() -> None:
    """What beat sends goes stale by the clock of whoever takes it, which may be minutes ahead."""
    sent: dict[str, Any] = here.CELERY_BEAT_SCHEDULE
    assert {"processing.sweep", "assets.sweep_uploads", "notifications.sweep"} <= set(sent)
    assert all(entry["options"]["expires"] >= 600 for entry in sent.values())


def test_workers_wait_for_redis_for_as_long_as_it_is_away() -> None:
    assert current_app.conf.broker_connection_retry_on_startup
    assert current_app.conf.broker_connection_max_retries is None


def test_a_wrong_value_is_named() -> None:
    ended = start(SECRET_KEY="k" * 50, MAX_FILE_SIZE="huge")
    assert ended.returncode != 0
    assert "MAX_FILE_SIZE must be a size" in ended.stderr


def told(expression: str, **environment: str) -> str:
    """What a setting is under an environment."""
    ended = subprocess.run(
        [sys.executable, "-c", f"from mediaportal import settings; print({expression})"],
        cwd=ROOT,
        env=os.environ | {"SECRET_KEY": "k" * 50, "VAR_DIR": "/var/portal"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ended.stdout.strip()


@pytest.mark.parametrize(
    ("environment", "origins"),
    [
        ({}, "[]"),
        (
            {"STORAGE": "s3", "S3_BUCKET": "files", "S3_REGION": "eu-central-1"},
            "['https://files.s3.amazonaws.com', 'https://s3.amazonaws.com', "
            "'https://files.s3.eu-central-1.amazonaws.com', 'https://s3.eu-central-1.amazonaws.com']",
        ),
        (
            {"STORAGE": "s3", "S3_BUCKET": "files", "S3_ENDPOINT_URL": "http://minio:9000/"},
            "['http://minio:9000', 'http://files.minio:9000']",
        ),
        (
            {
                "STORAGE": "s3",
                "S3_BUCKET": "files",
                "S3_ENDPOINT_URL": "http://minio:9000",
                "S3_PUBLIC_ENDPOINT_URL": "https://files.example.org",
            },
            "['https://files.example.org', 'https://files.files.example.org']",
        ),
    ],
)
def test_pages_may_send_to_the_bucket_and_nowhere_else(environment: dict[str, str], origins: str) -> None:
    found = told("settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['connect-src'][1:]", **environment)
    assert found == origins


def test_pages_may_read_from_where_segments_are_sent(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("a key", encoding="ascii")
    s3 = {"STORAGE": "s3", "S3_BUCKET": "files", "S3_ENDPOINT_URL": "http://minio:9000"}
    cloudfront = s3 | {
        "S3_DELIVERY": "cloudfront",
        "CLOUDFRONT_DOMAIN": "d1.cloudfront.net",
        "CLOUDFRONT_KEY_ID": "K1",
        "CLOUDFRONT_KEY_FILE": str(key),
    }
    shown = "settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['{}'][{}:]"
    connect, media = shown.format("connect-src", 1), shown.format("media-src", 2)
    assert told(media, **s3) == told(media, S3_DELIVERY="presigned") == "[]"
    both = "['http://minio:9000', 'http://files.minio:9000']"
    assert told(media, **s3, S3_DELIVERY="presigned") == both
    assert told(connect, **s3, S3_DELIVERY="presigned") == both
    assert told(media, **cloudfront) == "['https://d1.cloudfront.net']"
    assert told(connect, **cloudfront) == both.replace("]", ", 'https://d1.cloudfront.net']")
    assert told("settings.STORAGES['default']['OPTIONS']['cloudfront_key']", **cloudfront) == "a key"
    for name in ("CLOUDFRONT_DOMAIN", "CLOUDFRONT_KEY_ID", "CLOUDFRONT_KEY_FILE"):
        ended = start(SECRET_KEY="k" * 50, **(cloudfront | {name: ""}))
        assert ended.returncode != 0 and "S3_DELIVERY=cloudfront needs" in ended.stderr
    ended = start(SECRET_KEY="k" * 50, **(cloudfront | {"CLOUDFRONT_DOMAIN": "https://d1.cloudfront.net/"}))
    assert ended.returncode != 0 and "CLOUDFRONT_DOMAIN must be a host name" in ended.stderr


def test_with_a_bucket_bytes_come_in_beside_the_media_folder() -> None:
    shown = "settings.INCOMING_ROOT, settings.MEDIA_BUCKET, sep=' '"
    assert told(shown) == "/var/portal/media/incoming local"
    assert told(shown, STORAGE="s3", S3_BUCKET="files") == "/var/portal/incoming files"


def test_a_token_for_figures_that_can_be_guessed_is_refused() -> None:
    ended = start(SECRET_KEY="k" * 50, METRICS_TOKEN="short")
    assert ended.returncode != 0 and "METRICS_TOKEN must have at least 16 characters" in ended.stderr
    assert start(SECRET_KEY="k" * 50, METRICS_TOKEN="m" * 16).returncode == 0


@pytest.mark.parametrize(
    "url", ["http://keys.example.org/", "keys.example.org", "http://localhost.example.org/"]
)
def test_keys_come_by_https_alone(url: str) -> None:
    ended = start(SECRET_KEY="k" * 50, SPEKE_URL=url)
    assert ended.returncode != 0 and "SPEKE_URL must begin with https://" in ended.stderr


def test_a_key_server_may_stand_on_this_machine_or_behind_https() -> None:
    for url in ("https://keys.example.org/speke", "http://127.0.0.1:8080/"):
        assert told("settings.SPEKE_URL", SPEKE_URL=url) == url


def test_whoever_has_a_drm_gives_no_keys_unless_told_to() -> None:
    assert told("settings.CLEARKEY") == "True"
    for name in ("SPEKE_URL", "DRM_WIDEVINE_LICENSE_URL", "DRM_PLAYREADY_LICENSE_URL"):
        assert told("settings.CLEARKEY", **{name: "https://drm.example.org/a"}) == "False"
        assert told("settings.CLEARKEY", **{name: "https://drm.example.org/a", "CLEARKEY": "1"}) == "True"


def test_pages_may_ask_the_licence_servers_for_licences() -> None:
    found = told(
        "settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['connect-src'][1:]",
        DRM_WIDEVINE_LICENSE_URL="https://drm.example.org/widevine?a=b",
        DRM_FAIRPLAY_LICENSE_URL="https://drm.example.org/fairplay",
        DRM_FAIRPLAY_CERTIFICATE_URL="https://static.example.org:8443/fairplay.cer",
    )
    assert found == "['https://drm.example.org', 'https://static.example.org:8443']"


def test_master_keys_stop_the_start_when_they_cannot_be_read_and_are_not_shown() -> None:
    key = "c2hvcnQgYnV0IHNlY3JldA=="
    ended = start(SECRET_KEY="k" * 50, MASTER_KEYS=f"main:{key}")
    assert ended.returncode != 0
    assert "MASTER_KEYS: the key main has 16 bytes; 32 are needed" in ended.stderr
    assert key not in ended.stderr
