"""Faces that are looked for in a collection: of films by jobs, of images one by one; and what is kept there."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.engines import EngineAway, Face, FaceRefused, Found, People, Request, Type
from analysis.engines.aws import AwsAlbum, AwsEngine
from analysis.engines.aws.spans import STEP
from tests.analysis.engines.aws.conftest import Account
from tests.analysis.engines.aws.test_engine import ended
from tests.analysis.engines.contract import request_for
from tests.media import media
from tests.rekognition import Refusal, box, face, faces_seen, seen_person

PEOPLE = People("people", 0.95)
LINA, OMAR = "a" * 32, "b" * 32


@pytest.fixture
def album(engine: AwsEngine, account: Account) -> AwsAlbum:
    """Where this account keeps faces, for pictures of one face."""
    account.rekognition.in_images = {"DetectFaces": faces_seen(1)}
    return AwsAlbum(lambda: account.options)


def asked(name: str, folder: Path) -> Request:
    return replace(request_for(name, folder, Type.FACES), people=PEOPLE)


def faces_of(found: Found) -> list[Face]:
    assert found.failures == {}
    return [one for one in found.results[Type.FACES].findings if isinstance(one, Face)]


def test_a_film_is_searched_for_the_faces_of_a_collection(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.collections["people"] = {}
    account.rekognition.found = {
        "FaceSearch": [
            seen_person(0, 0, box(0.1, 0.1)),
            seen_person(0, 1, box(0.6, 0.1)),
            seen_person(0.5, 0, box(0.2, 0.1), OMAR, 96.0),
            seen_person(1.0, 0, box(0.3, 0.1), LINA, 99.5),
            seen_person(5, 1, box(0.6, 0.1), OMAR),
        ]
    }
    found = ended(engine, asked("hard_cuts.mp4", tmp_path))
    told = [(one.start, one.end, one.who, one.detail.get("similarity")) for one in faces_of(found)]
    assert told == [(0.0, STEP, "", None), (0.0, 1.0 + STEP, LINA, 0.995), (5.0, 5.0 + STEP, OMAR, 0.99)]
    assert all(one.name == "" for one in faces_of(found)), (
        "whose key it is the portal knows, and not the engine"
    )
    (begun,) = account.rekognition.of("StartFaceSearch")
    assert (begun["CollectionId"], begun["FaceMatchThreshold"]) == ("people", 95.0)
    assert account.rekognition.of("StartFaceDetection") == []
    assert found.results[Type.FACES].cost == Decimal("0.016667")


def test_somebody_whose_face_is_not_seen_is_no_finding(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.collections["people"] = {}
    turned = seen_person(0, 0, box(0.1, 0.1))
    del turned["Person"]["Face"]
    account.rekognition.found = {"FaceSearch": [turned]}
    assert faces_of(ended(engine, asked("hard_cuts.mp4", tmp_path))) == []


def test_without_the_collection_faces_are_found_and_nobody_is_known(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.found = {"FaceDetection": [face(0, box(0.1, 0.1))]}
    found = ended(engine, asked("hard_cuts.mp4", tmp_path))
    assert [one.who for one in faces_of(found)] == [""]
    assert len(account.rekognition.of("StartFaceSearch")) == 1


def test_a_search_that_is_throttled_waits(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.collections["people"] = {}
    account.rekognition.refusals = {"StartFaceSearch": [Refusal("LimitExceededException")] * 4}
    account.rekognition.found = {"FaceSearch": [seen_person(0, 0, box(0.1, 0.1), LINA)]}
    assert [one.who for one in faces_of(ended(engine, asked("hard_cuts.mp4", tmp_path)))] == [LINA]


def test_each_face_of_an_image_is_looked_for_by_itself(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.collections["people"] = {}
    small, large = face(0, box(0.7, 0.6, 0.1, 0.2))["Face"], face(0, box(0.1, 0.1, 0.4, 0.6))["Face"]
    account.rekognition.in_images = {"DetectFaces": {"FaceDetails": [small, large]}}
    account.rekognition.known = [LINA]
    found = ended(engine, asked("picture.png", tmp_path))
    assert [one.who for one in faces_of(found)] == ["", LINA], "the largest is looked for first"
    assert len(account.rekognition.of("SearchFacesByImage")) == 2
    assert found.results[Type.FACES].cost == Decimal("0.003")


def test_a_part_without_a_face_is_nobody(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.collections["people"] = {}
    one = face(0, box(0.1, 0.1, 0.4, 0.6))["Face"]
    account.rekognition.in_images = {"DetectFaces": {"FaceDetails": [one]}}
    account.rekognition.refusals = {"SearchFacesByImage": [Refusal("InvalidParameterException")]}
    assert [found.who for found in faces_of(ended(engine, asked("picture.png", tmp_path)))] == [""]


def test_faces_that_may_not_be_looked_for_stay_nameless_and_are_paid(
    engine: AwsEngine, account: Account, tmp_path: Path
) -> None:
    account.rekognition.collections["people"] = {}
    account.rekognition.in_images = {"DetectFaces": faces_seen(2)}
    account.rekognition.refusals = {"SearchFacesByImage": [Refusal("AccessDeniedException")]}
    found = ended(engine, asked("picture.png", tmp_path))
    assert [one.who for one in faces_of(found)] == ["", ""]
    assert found.results[Type.FACES].cost == Decimal("0.002")


def test_an_estimate_counts_what_may_be_searched(engine: AwsEngine, tmp_path: Path) -> None:
    image = asked("picture.png", tmp_path)
    assert engine.estimate(image).usd == Decimal("0.011")
    assert engine.estimate(replace(image, people=None)).usd == Decimal("0.001")


def test_only_the_engine_elsewhere_can_say_whose_a_face_is(engine: AwsEngine) -> None:
    types = engine.capabilities().types
    assert [name for name, ability in types.items() if ability.names] == [Type.FACES]


def test_the_first_face_makes_the_collection(album: AwsAlbum, account: Account) -> None:
    picture = media("picture.png").read_bytes()
    face_id = album.keep(picture, collection="people", key=LINA)
    assert album.keep(picture, collection="people", key=LINA) == face_id, "again it is there once"
    assert account.rekognition.collections == {"people": {face_id: LINA}}
    assert len(account.rekognition.of("CreateCollection")) == 1
    assert album.faces_of(LINA, collection="people") == [face_id]
    assert album.faces_of(OMAR, collection="people") == []
    album.forget([face_id], collection="people")
    album.forget([face_id], collection="people")
    assert account.rekognition.collections == {"people": {}}


def test_every_page_of_a_collection_is_read(album: AwsAlbum, account: Account) -> None:
    account.rekognition.page = 2
    account.rekognition.collections["people"] = {
        f"{n:08x}-0000-0000-0000-000000000000": LINA for n in range(5)
    }
    assert len(album.faces_of(LINA, collection="people")) == 5


@pytest.mark.parametrize(("count", "code"), [(0, "no_face"), (2, "several_faces")])
def test_a_picture_of_nobody_or_of_several_is_not_kept(
    album: AwsAlbum, account: Account, count: int, code: str
) -> None:
    account.rekognition.in_images = {"DetectFaces": faces_seen(count)}
    with pytest.raises(FaceRefused) as refused:
        album.keep(b"jpeg", collection="people", key=LINA)
    assert (refused.value.failure.code, refused.value.passes) == (code, False)
    assert account.rekognition.of("IndexFaces") == []


def test_a_face_that_is_not_seen_well_is_not_kept(album: AwsAlbum, account: Account) -> None:
    account.rekognition.blurred = True
    with pytest.raises(FaceRefused) as refused:
        album.keep(b"jpeg", collection="people", key=LINA)
    assert (refused.value.failure.code, refused.value.log) == ("no_face", "LOW_SHARPNESS")
    assert account.rekognition.keys() == []


def test_what_is_hardly_a_face_does_not_count(album: AwsAlbum, account: Account) -> None:
    others = faces_seen(1)["FaceDetails"] + faces_seen(2, sure=60.0)["FaceDetails"]
    account.rekognition.in_images = {"DetectFaces": {"FaceDetails": others}}
    album.keep(b"jpeg", collection="people", key=LINA)
    assert account.rekognition.keys() == [LINA]
    assert album.price() == Decimal("0.002")


def test_a_collection_that_is_gone_holds_nobody(album: AwsAlbum) -> None:
    assert album.faces_of(LINA, collection="nowhere") == []
    album.forget(["00000000-0000-0000-0000-000000000000"], collection="nowhere")


def test_what_the_service_refuses_and_what_passes_are_told_apart(album: AwsAlbum, account: Account) -> None:
    account.rekognition.refusals = {
        "IndexFaces": [Refusal("AccessDeniedException")],
        "DeleteFaces": [Refusal("ThrottlingException")] * 3,
    }
    with pytest.raises(FaceRefused) as refused:
        album.keep(b"jpeg", collection="people", key=LINA)
    assert (refused.value.failure.code, refused.value.passes) == ("aws_refused", True)
    account.rekognition.refusals["IndexFaces"] = [Refusal("ServiceQuotaExceededException")] * 3
    with pytest.raises(EngineAway):
        album.keep(b"jpeg", collection="people", key=LINA)
    with pytest.raises(EngineAway):
        album.forget(["00000000-0000-0000-0000-000000000000"], collection="people")
