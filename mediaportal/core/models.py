"""What the ground itself remembers."""

from django.db import models


class IdempotencyRecord(models.Model):
    """The first answer to a write that carried an `Idempotency-Key`, given again when the write is repeated.

    `status` 0 marks a write that is still being carried out.
    """

    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "route", "key"], name="core_idempotency_once")
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
