"""With files in a local folder nothing goes straight to a bucket, and the answer says so."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ONE = "01890000-0000-7000-8000-000000000000"
BASE = "/api/v1/uploads"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "s3-multipart"),
        ("post", "s3-multipart/sign-part"),
        ("post", "s3-multipart/complete"),
        ("post", "s3-multipart/abort"),
        ("get", f"s3-multipart/{ONE}"),
        ("delete", f"s3-multipart/{ONE}"),
        ("get", f"s3-multipart/{ONE}/1"),
        ("post", f"s3-multipart/{ONE}/complete"),
        ("post", "signed-url"),
        ("post", f"{ONE}/refresh"),
    ],
)
def test_every_address_says_that_it_is_off(api: APIClient, method: str, path: str) -> None:
    api.force_authenticate(UserFactory(role="contributor"))
    answer: Any = getattr(api, method)(f"{BASE}/{path}", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "direct_upload_off")
