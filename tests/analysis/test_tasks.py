"""What is looked for now and then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import tasks
from analysis.models import FaceRemoval, PersonConsent
from assets.models import Asset
from tests.analysis.people import FakeAlbum, kept_picture, named_moment, person_of, wanting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("task", [tasks.sweep, tasks.people])
def test_a_consent_that_has_expired_takes_name_and_face_with_it(
    album: FakeAlbum, film: Asset, task: object
) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    album.kept = {"face-1": picture.pk.hex}
    moment = named_moment(film, picture)
    PersonConsent.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert callable(task)
    task()
    moment.refresh_from_db()
    assert (moment.label, moment.person_id) == ("", None)
    assert album.kept == {}
    assert not FaceRemoval.objects.exists()
