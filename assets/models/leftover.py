"""What lies in the storage though nothing names it any more."""

from django.db import models


class Leftover(models.Model):
    """A storage key, or the prefix of a folder, that is to be removed once nobody can still be reading it."""

    storage_key = models.CharField(max_length=1024, unique=True)
    remove_after = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.storage_key
