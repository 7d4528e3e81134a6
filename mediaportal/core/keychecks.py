"""System checks of the master keys; like those of the machine they run only when asked for."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError

from mediaportal.core import resealing
from mediaportal.core.checks import TAG

_MAKE = (
    "Set MASTER_KEYS=name:key, the key being made by: "
    "python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
)


@register(TAG, deploy=True)
def master_keys(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """There is a master key, and one for everything that is sealed."""
    try:
        missing = sorted(resealing.unknown_keys())
    except DatabaseError:
        missing = []  # the tables are not there yet, or the database is away, which is told elsewhere
    if missing:
        return [
            Error(
                f"MASTER_KEYS has no key {', '.join(missing)}, with which keys of encrypted videos are sealed.",
                hint="Set it again, behind the first one; manage.py rotate_keys makes it superfluous.",
                id="core.E013",
            )
        ]
    if not settings.MASTER_KEYS:
        return [Warning("There is no master key: nothing can be encrypted.", hint=_MAKE, id="core.W010")]
    return []
