"""What only a bucket has: large files in parts, refusals, silence, and objects that change under a reader."""

import socket
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from django.test import override_settings

from assets.exceptions import StorageUnavailable
from assets.services import places
from assets.services.places import bucket as buckets
from mediaportal.core.buckets import LIMITS, BucketStorage
from tests.buckets import bucket_settings, keys_in, multiparts_in

MIB = 1024**2


def test_every_call_has_a_time_limit_and_ends_its_tries(bucket: BucketStorage) -> None:
    config = bucket.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 30)
    assert config.retries == {"total_max_attempts": 4, "mode": "standard"}
    assert config.signature_version == "s3v4"
    quick = bucket.asker(seconds=1.5).meta.config
    assert (quick.connect_timeout, quick.read_timeout) == (1.5, 1.5)
    assert quick.retries["total_max_attempts"] == 1


def test_a_large_file_goes_and_comes_in_parts(bucket: BucketStorage, tmp_path: Path) -> None:
    source = tmp_path / "large"
    content = bytes(range(256)) * (4096 * 40)
    source.write_bytes(content)
    assert places.put(source, "places/large") == 40 * MIB
    etag = buckets.head("places/large")["ETag"]
    assert etag.strip('"').endswith("-3")  # of three parts
    with places.local_file("places/large") as path:
        assert path.read_bytes() == content
    assert not multiparts_in(bucket)


def test_keys_have_the_prefix_of_the_installation(bucket: BucketStorage, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    places.put(tmp_path / "a", "assets/a")
    listed = bucket.client.list_objects_v2(Bucket=bucket.bucket_name)["Contents"]
    assert [entry["Key"] for entry in listed] == ["portal/assets/a"]


def test_a_reader_gets_no_bytes_of_another_state(bucket: BucketStorage, tmp_path: Path) -> None:
    for content in (b"first", b"other"):
        (tmp_path / "a").write_bytes(content)
        places.put(tmp_path / "a", "places/a")
        if content == b"first":
            opened = places.open_file("places/a", within="places")
            assert opened.read(0, 5) == b"first"
    assert opened.read(0, 5) == b""
    places.remove("places/a")
    assert opened.read(0, 5) == b""


def test_more_than_a_page_of_objects_is_removed(
    bucket: BucketStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "_PAGE", 3)
    (tmp_path / "many").mkdir()
    for number in range(8):
        (tmp_path / "many" / f"{number}.m4s").write_bytes(b"x")
    places.put_tree(tmp_path / "many", "places/many")
    assert len(keys_in(bucket)) == 8
    places.remove("places/many")
    assert not keys_in(bucket)


def test_a_bucket_that_is_not_there(bucket_service: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    with override_settings(**bucket_settings(bucket_service, "no-such-bucket-at-all")):
        with pytest.raises(StorageUnavailable):
            places.put(tmp_path / "a", "places/a")
        with pytest.raises(Exception, match="404"):
            places.ask_bucket(seconds=3)
    assert (tmp_path / "a").exists()


def test_a_service_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a").write_bytes(b"a")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with override_settings(**bucket_settings(address, "files")):
            place: Any = buckets.storage()
            once = Config(retries={"total_max_attempts": 1})
            place.client_config = place.client_config.merge(LIMITS).merge(once)
            for call in (
                lambda: places.put_tree(tmp_path / "set", "places/set"),
                lambda: places.open_file("places/a", within="places"),
                lambda: places.remove("places/a"),
                lambda: places.local_file("places/a").__enter__(),
            ):
                with pytest.raises(StorageUnavailable):
                    call()
    assert (tmp_path / "set" / "a").exists()
