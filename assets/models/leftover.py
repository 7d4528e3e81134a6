"""What lies in the storage though nothing names it any more."""

from django.db import models

from assets.models.asset import Asset


class Leftover(models.Model):
    """A storage key, or the prefix of a folder, that is to be removed once nobody can still be reading it.

    Where `size` (bytes) is told, it takes room of whoever uploaded `asset` until then.
    """

    storage_key = models.CharField(max_length=1024, unique=True)
    remove_after = models.DateTimeField(db_index=True)
    asset = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL, related_name="+")
    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.storage_key
