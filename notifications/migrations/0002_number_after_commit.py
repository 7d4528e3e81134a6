"""An event gets its number after the commit, from a sequence of its own."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """Turn the key into `id` and give `seq` to the relay."""

    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="event", name="notifications_event_asset"),
        migrations.RenameField(model_name="event", old_name="seq", new_name="id"),
        migrations.AlterField(
            model_name="event", name="id", field=models.BigAutoField(primary_key=True, serialize=False)
        ),
        migrations.AddField(
            model_name="event",
            name="seq",
            field=models.BigIntegerField(editable=False, null=True, unique=True, verbose_name="number"),
        ),
        migrations.AddField(
            model_name="event", name="owner_id", field=models.UUIDField(null=True, verbose_name="owner")
        ),
        migrations.AddField(
            model_name="event",
            name="shown",
            field=models.BooleanField(default=False, help_text="Everyone here could see the asset afterwards."),
        ),
        migrations.AddField(
            model_name="event",
            name="told_all",
            field=models.BooleanField(
                default=False, help_text="Everyone here could see the asset before or after."
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["asset_id", "id"], name="notifications_event_asset"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(condition=models.Q(("seq", None)), fields=["id"], name="notifications_event_unsent"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["topics"], name="notifications_event_topics", opclasses=["jsonb_path_ops"]
            ),
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE notifications_event_number", "DROP SEQUENCE notifications_event_number"
        ),
    ]
