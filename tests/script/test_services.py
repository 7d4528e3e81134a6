"""`script/services`: a private PostgreSQL and Redis, reached by unix sockets alone, that leave nothing behind."""

import shlex
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.processes import processes_with
from tests.script.programs import environment, script


def urls(var_dir: Path) -> dict[str, str]:
    """What `script/services env` prints, read as a shell would read it."""
    printed = script("services", "env", env=environment(var_dir)).stdout
    word, *pairs = shlex.split(printed)
    assert word == "export"
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.parametrize(
    "folder",
    ["var", "a place & a ü'quote", "/".join(["deep" * 4] * 8)],
    ids=["plain", "odd characters", "longer than a socket's path may be"],
)
def test_start_and_stop(tmp_path: Path, folder: str) -> None:
    var_dir = tmp_path / folder
    env = environment(var_dir)
    try:
        for _twice in range(2):
            done = script("services", "start", env=env)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        found = urls(var_dir)
        with psycopg.connect(found["DATABASE_URL"]) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            assert connection.execute("SELECT show_trgm('مرحبا') <> '{}'").fetchone() == (True,)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        client = redis.Redis.from_url(found["REDIS_URL"])
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        client.close()
    finally:
        assert script("services", "stop", env=env).returncode == 0
    assert not processes_with(str(var_dir))


def test_run_hands_on_the_status_and_the_addresses_and_ends_both(tmp_path: Path) -> None:
    probe = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); sys.exit(7)"

    done = script("services", "run", sys.executable, "-c", probe, env=environment(tmp_path))

    assert done.returncode == 7
    assert "/postgres unix:/" in done.stdout
    assert not processes_with(f"{tmp_path}/")
    assert (tmp_path / "postgres" / "PG_VERSION").exists()


def test_a_throwaway_run_leaves_nothing(tmp_path: Path) -> None:
    done = script("services", "--throwaway", "run", "sh", "-c", 'echo "$VAR_DIR"', env=environment(tmp_path))

    assert done.returncode == 0
    assert Path(done.stdout.strip()).parent == tmp_path
    assert not list(tmp_path.iterdir())
    assert not processes_with(f"{tmp_path}/")


def test_services_of_ones_own_are_left_alone(tmp_path: Path) -> None:
    mine = {"DATABASE_URL": "postgresql://db.example.org/portal", "REDIS_URL": "redis://redis.example.org"}

    done = script(
        "services", "run", "sh", "-c", "echo $DATABASE_URL $REDIS_URL", env=environment(tmp_path, **mine)
    )

    assert done.stdout.split() == list(mine.values())
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "redis").exists()
