"""Care over HTTP: settings and exposure, for those who moderate and for themselves alone."""

import pytest

from analysis.models import Exposure
from tests.analysis.moderating import case
from tests.factories import UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
SETTINGS = "/api/v1/moderation/me/settings"
EXPOSURE = "/api/v1/moderation/me/exposure"


def test_settings_are_read_and_changed() -> None:
    client = signed_in(UserFactory(role="moderator"))
    assert client.get(SETTINGS).json() == {
        "blur": True,
        "grey": True,
        "mute": True,
        "break_cases": 25,
        "break_minutes": 50,
    }
    assert client.patch(SETTINGS, {"mute": False}, format="json").json()["mute"] is False
    assert client.get(SETTINGS).json()["mute"] is False
    other = signed_in(UserFactory(role="moderator"))
    assert other.get(SETTINGS).json()["mute"] is True


def test_settings_out_of_bounds_are_refused() -> None:
    client = signed_in(UserFactory(role="moderator"))
    answer = client.patch(SETTINGS, {"break_cases": 501}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "break_cases")


def test_exposure_is_told_and_added_up() -> None:
    user = UserFactory(role="moderator")
    client = signed_in(user)
    one = case()
    for _ in range(2):
        answer = client.post(EXPOSURE, {"case": one.pk, "seconds": 12, "uncovered": 3}, format="json")
    assert answer.json() == {"cases": 1, "seconds": 24.0, "uncovered": 6.0, "break_due": False}
    assert client.get(EXPOSURE).json() == answer.json()
    assert Exposure.objects.filter(user=user).count() == 2


@pytest.mark.parametrize("sent", [{"seconds": 1}, {"case": "x", "seconds": 1}, {"seconds": -1}])
def test_what_is_no_look_is_refused(sent: dict[str, object]) -> None:
    client = signed_in(UserFactory(role="moderator"))
    assert client.post(EXPOSURE, sent, format="json").status_code == 400


def test_it_is_for_those_who_review() -> None:
    client = signed_in(UserFactory())
    assert client.get(SETTINGS).status_code == 403
    assert client.get(EXPOSURE).status_code == 403
