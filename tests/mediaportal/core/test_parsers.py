"""JSON that cannot be read is the caller's error, however it is made."""

import pytest
from django.test import Client

ADDRESS = "/api/v1/auth/token"


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"{", b'{"email": NaN}', b'{"email":' + b"[" * 100_000])
def test_unreadable_json_is_refused(client: Client, body: bytes) -> None:
    answer = client.post(ADDRESS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
