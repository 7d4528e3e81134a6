"""A database is emptied whatever still writes to it."""

import threading
import time

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, connections, transaction

from assets.models import Tag
from mediaportal.accounts.models import User
from tests import emptying
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
_ORDER = "SELECT relname FROM pg_class WHERE relname = ANY(%s)"
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def test_only_what_a_test_has_left_goes() -> None:
    UserFactory()
    roles = Group.objects.count()
    emptying.empty()
    assert roles
    assert (User.objects.count(), Group.objects.count()) == (0, roles)


def test_who_waits_in_a_circle_with_a_writer_begins_again() -> None:
    Tag.objects.create(name="harbour")
    UserFactory()
    with connection.cursor() as cursor:
        cursor.execute(_ORDER, [[Tag._meta.db_table, User._meta.db_table]])
        first, last = [row[0] for row in cursor.fetchall()]
    holds = threading.Event()

    def writes() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT FROM {last} FOR UPDATE")
                holds.set()
                waiting = 0
                while not waiting:
                    time.sleep(0.01)
                    cursor.execute(_WAITING)
                    waiting = cursor.fetchone()[0]
                cursor.execute(f"SELECT FROM {first} FOR UPDATE")
        except OperationalError:
            pass  # where this one was picked to give way, nothing was to be begun again
        finally:
            connections.close_all()

    thread = threading.Thread(target=writes)
    thread.start()
    assert holds.wait(30)
    emptying.empty()
    thread.join(30)
    assert (User.objects.count(), Tag.objects.count()) == (0, 0)
