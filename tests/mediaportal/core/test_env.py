"""The environment, read typed; a wrong value names its variable."""

import base64
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.env import Env, EnvError


def test_unset_variables_give_their_defaults() -> None:
    env = Env({})
    assert env.text("A", "x") == "x"
    assert env.flag("A", default=True) is True
    assert env.number("A", 7) == 7
    assert env.size("A", 9) == 9
    assert env.words("A", ("a", "b")) == ["a", "b"]
    assert env.path("A", Path("/x")) == Path("/x")
    assert env.choice("A", "none", ("none",)) == "none"


def test_networks_are_read_one_by_one() -> None:
    found = Env({"A": "10.1.0.0/16, 127.0.0.1,fd00::/8,"}).networks("A")
    assert [str(network) for network in found] == ["10.1.0.0/16", "127.0.0.1/32", "fd00::/8"]
    assert Env({}).networks("A") == []


def test_pairs_are_words_with_a_sign_between_them() -> None:
    env = Env({"A": "sound = fast,light=slow, "})
    assert env.pairs("A", ("sound", "light"), ("fast", "slow")) == {"sound": "fast", "light": "slow"}
    assert Env({}).pairs("A", ("sound",), ("fast",)) == {}


@pytest.mark.parametrize(
    ("text", "size"), [("5G", 5 << 30), ("500m", 500 << 20), ("12", 12), ("1 KiB", 1024), ("2TB", 2 << 40)]
)
def test_sizes_have_binary_units(text: str, size: int) -> None:
    assert Env({"A": text}).size("A", 0) == size


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("flag", {"A": "perhaps"}),
        ("number", {"A": "seven"}),
        ("number", {"A": "-1"}),
        ("number", {"A": "20"}),
        ("size", {"A": "5 bananas"}),
        ("choice", {"A": "clam"}),
        ("pairs", {"A": "sound=fast, taste=slow"}),
        ("pairs", {"A": "sound"}),
        ("networks", {"A": "10.0.0.0/8, 10.1.2.3/8"}),
        ("networks", {"A": "localhost"}),
        ("database", {"A": "mysql://host/name"}),
        ("database", {"A": "postgresql://host"}),
    ],
)
def test_a_wrong_value_names_its_variable(reader: str, value: dict[str, str]) -> None:
    known: dict[str, dict[str, Any]] = {
        "flag": {"default": False},
        "number": {"default": 1, "most": 19},
        "size": {"default": 1},
        "choice": {"default": "none", "choices": ("none",)},
        "pairs": {"keys": ("sound", "light"), "values": ("fast", "slow")},
        "networks": {},
        "database": {"default": ""},
    }
    with pytest.raises(EnvError, match="A must"):
        getattr(Env(value), reader)("A", **known[reader])


KEY = base64.b64encode(bytes(range(32))).decode()


def test_named_keys_are_read_in_their_order() -> None:
    plain = base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("=")
    found = Env({"A": f"2026.b:{plain}, a_1-x:{KEY}"}).named_keys("A", length=32)
    assert [(key.name, key.value) for key in found] == [
        ("2026.b", b"\xff" * 32),
        ("a_1-x", bytes(range(32))),
    ]
    assert Env({}).named_keys("A", length=32) == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (KEY, "key 1 must begin with its name"),
        (f"a:{KEY},{KEY}", "key 2 must begin with its name"),
        (f"a b:{KEY}", "key 1 must begin with its name"),
        (f"{'a' * 41}:{KEY}", "key 1 must begin with its name"),
        ("a:not base64!", "the key a is not written in base64"),
        (f"a:{KEY[:-4]}", "the key a has 30 bytes; 32 are needed"),
        ("a:", "the key a has 0 bytes"),
        (f"a:{KEY},a:{KEY}", "two keys are called a"),
    ],
)
def test_keys_that_cannot_be_read_are_refused_and_not_shown(value: str, said: str) -> None:
    with pytest.raises(EnvError) as refused:
        Env({"A": value}).named_keys("A", length=32)
    assert str(refused.value).startswith(f"A: {said}")
    assert KEY[:20] not in str(refused.value)


def test_a_list_may_be_emptied_and_holds_no_blanks() -> None:
    assert Env({"A": ""}).words("A", ("x",)) == []
    assert Env({"A": " a, ,b "}).words("A") == ["a", "b"]


def test_a_database_may_be_reached_by_host_or_by_socket() -> None:
    env = Env(
        {
            "A": "postgresql://me:p%40ss@db.example:6543/portal?sslmode=require",
            "B": "postgresql://me@/p?host=/run/x",
        }
    )
    found = env.database("A", "")
    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"], found["PASSWORD"]) == (
        "db.example",
        "6543",
        "portal",
        "me",
        "p@ss",
    )
    assert found["OPTIONS"]["sslmode"] == "require"
    socket = env.database("B", "")
    assert (socket["HOST"], socket["PORT"]) == ("/run/x", "")


def test_a_database_that_has_vanished_is_not_waited_for() -> None:
    patient = {"keepalives_idle": "60", "keepalives_interval": "15", "keepalives_count": "4"}
    limits = {"connect_timeout": "10", "tcp_user_timeout": "120000"}
    env = Env({"A": "postgresql://db/p", "B": "postgresql://db/p?connect_timeout=3"})
    assert env.database("A", "")["OPTIONS"] == patient | limits
    assert env.database("B", "")["OPTIONS"] == patient | limits | {"connect_timeout": "3"}


@given(st.integers(min_value=0, max_value=10**12))
def test_plain_numbers_are_bytes(number: int) -> None:
    assert Env({"A": str(number)}).size("A", 0) == number


def test_a_file_is_read_and_none_of_it_shown(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("secret\n", encoding="ascii")
    assert Env({"A": str(path)}).file("A") == "secret\n"
    assert Env({}).file("A") == ""
    path.write_bytes(b"secret \xff")
    for wrong in (path, tmp_path / "nothing", tmp_path):
        with pytest.raises(EnvError, match="A: the file cannot be read") as raised:
            Env({"A": str(wrong)}).file("A")
        assert "secret" not in str(raised.value)


def test_names_and_amounts_are_read() -> None:
    env = Env({"A": "ar-SA=places, en-US=names", "B": "12.50", "C": "0"})
    assert env.names("A") == {"ar-SA": "places", "en-US": "names"}
    assert env.names("X") == {}
    assert (env.money("B"), env.money("C"), env.money("X")) == (Decimal("12.50"), Decimal(0), None)


@pytest.mark.parametrize("value", ["places", "=places", "ar-SA="])
def test_names_need_both_sides(value: str) -> None:
    with pytest.raises(EnvError, match=r"^A must be such as"):
        Env({"A": value}).names("A")


@pytest.mark.parametrize("value", ["-1", "1.234", "20 USD", "nan", "1e3"])
def test_amounts_are_plain(value: str) -> None:
    with pytest.raises(EnvError, match=r"^A must be an amount"):
        Env({"A": value}).money("A")
