"""Cases whose asset lies in the trash."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0018_one_worker_at_a_batch"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("claimed", "Being looked at"),
                    ("decided", "Decided"),
                    ("closed", "Closed"),
                    ("away", "In the trash with its file"),
                ],
                default="waiting",
                max_length=8,
                verbose_name="status",
            ),
        ),
    ]
