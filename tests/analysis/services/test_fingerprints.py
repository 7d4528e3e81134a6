"""The rows that media are searched by, and the tracks that they are read as."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.engines import Hash, Result
from analysis.models import Fingerprint
from analysis.services import fingerprints
from tests.analysis.prints import written
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db
HIGH = 0xFEDCBA9876543210


def test_hashes_are_kept_and_read_as_they_are() -> None:
    asset, other = AssetFactory(published=True), AssetFactory(published=True)
    hashes = (Hash(0.0, 1.0, method="dhash64", value=HIGH), Hash(1.0, 1.4, method="dhash64", value=0))
    sound = {"method": "chromaprint", "seconds_each": 0.125, "values": "".join(f"{n:08x}" for n in range(10))}
    row = written(asset, Result(hashes, summary={"sound": sound}))
    written(other, Result(hashes))
    flat = Fingerprint.objects.get(asset=asset, kind="picture", start=1.0)
    assert flat.keys == []
    with CaptureQueriesContext(connection) as queries:
        tracks = fingerprints.tracks_of([asset.pk, other.pk], "picture")
    assert len(queries) == 1
    assert [one.values.tolist() for one in tracks.values()] == [[HIGH], [HIGH]]
    assert tracks[asset.pk].step == 1.0
    heard = fingerprints.tracks_of([asset.pk, other.pk], "sound")
    assert set(heard) == {asset.pk}
    assert heard[asset.pk].times.tolist() == [n * 0.125 for n in range(10)]
    document = fingerprints.hashes_of(row)
    assert document["hashes"] == [[0.0, f"{HIGH:016x}"], [1.0, "0" * 16]]
    assert document["sound"]["values"] == sound["values"]


def test_what_is_not_shown_is_not_read() -> None:
    asset = AssetFactory(published=True)
    row = written(asset, Result((Hash(0.0, 1.0, method="dhash64", value=HIGH),)))
    row.is_current = False
    row.save(update_fields=["is_current"])
    assert fingerprints.tracks_of([asset.pk], "picture") == {}


def test_keys_are_parts_with_their_places() -> None:
    assert fingerprints.picture_keys(HIGH) == [0x3210, 0x17654, 0x2BA98, 0x3FEDC]
    assert fingerprints.picture_keys(0xFFFF_0000_0000_1234) == [0x1234]
    near = fingerprints.near_keys(HIGH)
    assert len(near) == 4 * 17
    assert 0x3211 in near
