"""What hashes of pictures are found by, and the policy under which people look at what nothing else could."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from typing import Any


def write(apps: Any, _schema: Any) -> None:
    """Write the policy down, switched on."""
    policies = apps.get_model("analysis", "Policy").objects
    policy = policies.create(
        slug="unchecked",
        name="Not looked at yet",
        name_ar="لم يُفحص بعد",
        statement="What comes in here is looked at before others see it.",
        statement_ar="يُراجَع ما يرد هنا قبل أن يراه الآخرون.",
        builtin=True,
    )
    version = apps.get_model("analysis", "PolicyVersion").objects.create(
        policy=policy, number=1, rules=[], severity=1, deadline=48, note=""
    )
    policies.filter(pk=policy.pk).update(current=version, mode="on")


class Migration(migrations.Migration):
    """Two columns, an index, and a policy."""

    dependencies = [("analysis", "0012_face_expenses")]

    operations = [
        migrations.AddField(
            model_name="hashlist",
            name="matched",
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="hashentry",
            name="keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), blank=True, default=list, editable=False, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="hashentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["keys"], name="analysis_hash_entry_keys"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="source",
            field=models.CharField(
                choices=[
                    ("policy", "A policy"),
                    ("report", "A report"),
                    ("guest", "A guest's upload"),
                    ("sample", "A sample of what passes"),
                    ("match", "A match"),
                    ("staff", "The staff"),
                    ("no_look", "Nothing could look at it"),
                ],
                max_length=8,
                verbose_name="opened by",
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
