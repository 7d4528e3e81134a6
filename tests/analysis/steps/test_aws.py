"""An order that Amazon Web Services carry out, from the order to the moments: by workers that never wait."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from analysis import engines
from analysis.engines.aws import AwsAlbum, AwsEngine
from analysis.exceptions import EngineUnavailable
from analysis.models import Analysis, Errand, Moment, Order, PersonPicture
from analysis.services import accounts, errands, faces, orders, people, results, timeline
from analysis.services.orders import Wish
from assets.models import Asset
from processing.models import Job, Step
from processing.services import jobs
from tests.analysis.engines.aws.conftest import Account, account, engine, sign, word
from tests.analysis.people import person_of, wanting
from tests.factories import UserFactory
from tests.media import media
from tests.rekognition import box, faces_seen, label, seen_person

__all__ = ["account", "engine"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(account: Account, engine: AwsEngine, settings: Any, only_engines: Callable[..., None]) -> Account:
    """A portal whose only engine is that of this account, by its settings."""
    settings.ANALYSIS_S3_BUCKET = account.options.bucket
    settings.ANALYSIS_AWS_REGION = account.options.region
    only_engines(AwsEngine(accounts.options))
    return account


def test_an_order_is_carried_out_elsewhere(portal: Account, film: Asset, work: Callable[[], int]) -> None:
    portal.rekognition.polls = 1
    portal.rekognition.found = {"LabelDetection": [label(1, "Car", "Vehicle"), label(1, "Vehicle")]}
    portal.heard = {
        "language_code": "ar-SA",
        "transcripts": [{"transcript": "المنارة."}],
        "items": [word("المنارة", 0.5, 1.0, "spk_0"), sign(".")],
    }
    wish = Wish(("transcription", "objects"), ("ar",), "aws")
    order = orders.place(user=film.uploaded_by, asset=film, wish=wish)
    assert orders.estimated_cost(order) == Decimal("0.022667")
    for _turn in range(6):
        work()
        Step.objects.filter(status="pending").update(ready_at=timezone.now())
    assert set(order.analyses.values_list("type", "status")) == {
        ("transcription", "completed"),
        ("objects", "completed"),
    }
    heard, seen = Analysis.objects.order_by("-type")
    assert (heard.language, heard.aws_job_id.startswith("mediaportal-")) == ("ar-SA", True)
    assert seen.aws_job_id in portal.rekognition.tokens.values()
    assert seen.cost == seen.reserved == Decimal("0.016667")
    assert Moment.objects.get(kind="speech").text == "المنارة."
    assert Moment.objects.get(kind="label", label="Car").parent == "Vehicle"
    assert portal.keys(), "nothing is removed before what was found is stored"
    Errand.objects.update(again_at=timezone.now())
    errands.sweep()
    assert portal.keys() == []


def test_what_is_cancelled_while_it_is_heard_leaves_nothing(
    portal: Account, film: Asset, work: Callable[[], int]
) -> None:
    portal.rekognition.polls = 99
    order = orders.place(user=film.uploaded_by, asset=film, wish=Wish(("transcription", "shots"), (), "aws"))
    work()
    jobs.cancel(job=Job.objects.get(analysis_order=order), user=film.uploaded_by)
    assert portal.keys()
    for _turn in range(9):
        Errand.objects.update(again_at=timezone.now())
        errands.sweep()
    assert not Errand.objects.exists()
    assert portal.keys() == []
    assert portal.transcribe.list_transcription_jobs()["TranscriptionJobSummaries"] == []


def test_an_engine_without_a_bucket_says_what_to_set(portal: Account, film: Asset, settings: Any) -> None:
    settings.ANALYSIS_S3_BUCKET = ""
    with pytest.raises(EngineUnavailable) as refused:
        orders.place(user=film.uploaded_by, asset=film, wish=Wish(("faces",), (), "aws"))
    assert "ANALYSIS_S3_BUCKET" in str(refused.value.detail)


@pytest.fixture
def lina(portal: Account, film: Asset, settings: Any, monkeypatch: pytest.MonkeyPatch) -> PersonPicture:
    """Somebody who has consented and is known by a picture, in a portal that names people in this film."""
    settings.ANALYSIS_FACE_COLLECTION = "people"
    monkeypatch.setattr(engines, "_ALBUMS", {"aws": AwsAlbum(accounts.options)})
    wanting(film)
    portal.rekognition.in_images = {"DetectFaces": faces_seen(1)}
    image = media("picture.png").read_bytes()
    picture = PersonPicture.objects.create(person=person_of(), image=image, mime_type="image/png")
    faces.sweep()
    picture.refresh_from_db()
    assert portal.rekognition.keys() == [picture.pk.hex]
    return picture


def looked_for(film: Asset, portal: Account, picture: PersonPicture) -> Order:
    """An order in which the film shows her at the first second, and somebody else."""
    portal.rekognition.found = {
        "FaceSearch": [
            seen_person(1, 0, box(0.1, 0.1), picture.pk.hex),
            seen_person(1, 1, box(0.6, 0.1), "f" * 32),
        ]
    }
    return orders.place(user=film.uploaded_by, asset=film, wish=Wish(("faces",)))


def worked(work: Callable[[], int]) -> None:
    for _turn in range(4):
        work()
        Step.objects.filter(status="pending").update(ready_at=timezone.now())


def test_who_has_consented_is_named(
    portal: Account, film: Asset, lina: PersonPicture, work: Callable[[], int]
) -> None:
    order = looked_for(film, portal, lina)
    worked(work)
    named, other = Moment.objects.filter(kind="face").order_by("-label")
    assert (named.label, named.person_id, named.detail["similarity"]) == ("Lina Haddad", lina.person_id, 0.99)
    assert (other.label, other.person_id) == ("", None)
    assert "similarity" not in other.detail
    told = results.document_of(order=order)["results"]["faces"]
    assert {one["name"] for one in told} == {"Lina Haddad", None}
    (lane,) = timeline.document_of(film)["lanes"]
    assert "Lina Haddad" in [moment[3] for moment in lane["moments"]]
    assert list(Moment.objects.saying("Haddad")) == [named]


def test_a_consent_withdrawn_in_the_middle_of_an_analysis_brings_no_name(
    portal: Account, film: Asset, lina: PersonPicture, work: Callable[[], int]
) -> None:
    portal.rekognition.polls = 1
    looked_for(film, portal, lina)
    work()
    assert len(portal.rekognition.of("StartFaceSearch")) == 1
    people.withdraw(user=UserFactory(role="manager"), person=lina.person)
    worked(work)
    moments = Moment.objects.filter(kind="face")
    assert [(one.label, one.person_id, one.vector) for one in moments] == [("", None, None)] * 2
    assert all("similarity" not in one.detail for one in moments)
    faces.sweep()
    assert portal.rekognition.keys() == []


def test_without_a_consent_nothing_is_looked_for_in_a_collection(
    portal: Account, film: Asset, lina: PersonPicture, work: Callable[[], int]
) -> None:
    people.remove(user=UserFactory(role="manager"), person=lina.person)
    faces.sweep()
    assert portal.rekognition.keys() == []
    orders.place(user=film.uploaded_by, asset=film, wish=Wish(("faces",)))
    worked(work)
    assert portal.rekognition.of("StartFaceSearch") == []
    assert len(portal.rekognition.of("StartFaceDetection")) == 1
