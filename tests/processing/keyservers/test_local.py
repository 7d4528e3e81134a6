"""Keys that are made here are fresh."""

from uuid import uuid4

from processing.keyservers import WantedKey
from processing.keyservers.local import LocalKeys


def test_each_key_is_another_one_of_sixteen_bytes() -> None:
    wanted = [WantedKey(uuid4(), "SD") for _key in range(50)]
    found = LocalKeys().keys(content_id="x", scheme="cbcs", wanted=wanted)
    assert [one.kid for one in found] == [one.kid for one in wanted]
    assert len({one.key for one in found}) == 50
    assert {len(one.key) for one in found} == {16}


def test_a_key_is_not_shown() -> None:
    (found,) = LocalKeys().keys(content_id="x", scheme="cbcs", wanted=[WantedKey(uuid4(), "SD")])
    assert found.key.hex() not in repr(found) and repr(found.key) not in repr(found)
