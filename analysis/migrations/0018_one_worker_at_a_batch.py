"""Who has a batch of decisions in hand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0017_order_of_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="worker",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
    ]
