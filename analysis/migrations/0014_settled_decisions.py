"""Since when a decision cannot be undone any more; what was decided before has been told already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a column, and the index of those that are still to be settled."""

    dependencies = [("analysis", "0013_at_the_door")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("effective", True), ("settled_at", None)),
                fields=["made_at"],
                name="analysis_decision_unsettled",
            ),
        ),
    ]
