"""The pages that explain errors."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.test import Client, RequestFactory

from mediaportal.core import errorpages
from tests.factories import UserFactory


@pytest.fixture
def request_for_page(rf: RequestFactory, db: None) -> HttpRequest:
    request = rf.get("/somewhere/")
    request.user = UserFactory()
    return request


def test_every_page_says_what_to_do(request_for_page: HttpRequest) -> None:
    answers = {
        400: errorpages.bad_request(request_for_page),
        413: errorpages.bad_request(request_for_page, RequestDataTooBig()),
        403: errorpages.not_permitted(request_for_page),
        404: errorpages.not_found(request_for_page),
        500: errorpages.broken(request_for_page),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert b'class="button main"' in answer.content


@pytest.mark.django_db
def test_an_unknown_address_shows_the_page() -> None:
    client = Client()
    client.force_login(UserFactory())
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()
