"""Replays go on where they stopped, one at a time of a policy; policies remember how far they were applied."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Four columns and a constraint."""

    dependencies = [("analysis", "0014_settled_decisions")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="applied_until",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="replay",
            name="against",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="analysis.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="replay",
            name="touched_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="replay",
            name="until",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="replay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "running")), fields=("policy",), name="analysis_replay_runs_once"
            ),
        ),
    ]
