"""E-mails that tell a line of the bell."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes their table."""

    dependencies = [("notifications", "0002_number_after_commit")]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="mail",
                        serialize=False,
                        to="notifications.notification",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("next_at", models.DateTimeField(null=True, verbose_name="next try")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                (
                    "error",
                    models.CharField(blank=True, max_length=300, verbose_name="why it was not sent"),
                ),
            ],
            options={
                "verbose_name": "e-mail",
                "verbose_name_plural": "e-mails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="notifications_mail_due",
                    )
                ],
            },
        ),
    ]
