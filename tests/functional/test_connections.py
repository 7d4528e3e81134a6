"""Django behind the ASGI door holds one database connection a thread, however many clients there are."""

import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from tests.factories import UserFactory

CLIENTS = 64
REQUESTS = 6


def connections_to_this_database() -> int:
    """How many connections PostgreSQL counts, without our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_64_parallel_clients_leave_a_bounded_number_of_connections(web: str) -> None:
    token = str(AccessToken.for_user(UserFactory()))

    def client(_number: int) -> list[int]:
        statuses = []
        for _ in range(REQUESTS):
            request = urllib.request.Request(
                f"{web}/api/v1/me/", headers={"Authorization": f"Bearer {token}"}
            )
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    statuses.append(answer.status)
            except urllib.error.HTTPError as error:
                statuses.append(error.code)
        return statuses

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = Counter(status for statuses in clients.map(client, range(CLIENTS)) for status in statuses)
    assert answers == {200: CLIENTS * REQUESTS}
    assert 0 < connections_to_this_database() <= settings.WEB_THREADS + settings.STREAM_THREADS
