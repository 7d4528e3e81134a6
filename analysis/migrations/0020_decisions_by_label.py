"""The labels that decisions were made on."""

import django.db.models.deletion
from django.db import migrations, models

_BACKFILL = """
INSERT INTO analysis_decisionlabel (decision_id, policy_id, label, score)
SELECT d.id, d.policy_id, left(hit->>'label', 200), max((hit->>'score')::float)
FROM analysis_decision d CROSS JOIN LATERAL jsonb_array_elements(d.seen) AS hit
WHERE coalesce(hit->>'label', '') <> ''
GROUP BY d.id, d.policy_id, left(hit->>'label', 200)
ORDER BY d.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0019_cases_away"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionLabel",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=200)),
                ("score", models.FloatField()),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to="analysis.decision",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="analysis.policy",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["policy", "label", "score", "-id"], name="analysis_decision_alike"
                    )
                ],
            },
        ),
        migrations.RunSQL(_BACKFILL, migrations.RunSQL.noop),
    ]
