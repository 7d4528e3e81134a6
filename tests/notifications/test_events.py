"""Topics as clients name them, and the form of a message."""

import uuid

import pytest

from notifications.events import Told, Topic, as_message, now, parse_topic

ID = uuid.UUID("0199d3c2-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("library", Topic("library")),
        ("me", Topic("me")),
        (f"job:{ID}", Topic("job", ID)),
        (f"asset:{str(ID).upper()}", Topic("asset", ID)),
        (f"upload:{ID}", Topic("upload", ID)),
        ("", None),
        ("me:1", None),
        ("job:", None),
        ("job", None),
        (f"user:{ID}", None),
        (f"asset:{ID}:x", None),
    ],
)
def test_parse_topic(text: str, topic: Topic | None) -> None:
    assert parse_topic(text) == topic


def test_a_topic_is_named_in_one_way() -> None:
    assert str(Topic("asset", ID)) == f"asset:{ID}"
    assert str(Topic("library")) == "library"


def test_the_message_has_what_the_contract_says_and_nothing_of_our_own() -> None:
    told: Told = {
        "topic": "library",
        "type": "asset.stored",
        "id": 7,
        "seq": 9,
        "at": now(),
        "data": {},
        "asset_id": str(ID),
        "owner_id": str(ID),
        "told_all": True,
    }
    message = as_message(told)
    assert set(message) == {"type", "topic", "id", "seq", "at", "data"}
    assert (message["id"], message["seq"]) == ("7", 9)
