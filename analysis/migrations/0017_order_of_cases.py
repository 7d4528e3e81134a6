"""Indexes in the order of urgency: of each policy's queues for whoever asks for the next case, and of all for lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0016_numbers_and_batches"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("policy"),
                models.F("queue"),
                models.OrderBy(models.F("severity"), descending=True),
                models.F("due_at"),
                models.OrderBy(models.F("reach"), descending=True),
                models.F("id"),
                condition=models.Q(("status", "waiting")),
                name="analysis_case_next",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.OrderBy(models.F("severity"), descending=True),
                models.F("due_at"),
                models.OrderBy(models.F("reach"), descending=True),
                models.F("id"),
                name="analysis_case_in_order",
            ),
        ),
    ]
