"""When the fingerprint of an analysis was compared, and who could see a protected work before."""

from django.db import migrations, models
from django.db.models import F, Q


def _compared(apps, schema_editor):
    """What has been completed was compared when it was."""
    rows = apps.get_model("analysis", "Analysis").objects.filter(type="fingerprint", status="completed")
    rows.update(compared_at=F("completed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0007_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='analysis',
            name='compared_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='compared'),
        ),
        migrations.AddField(
            model_name='referencework',
            name='visibility_before',
            field=models.CharField(blank=True, max_length=10, verbose_name='visibility before'),
        ),
        migrations.RunPython(_compared, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name='analysis',
            index=models.Index(condition=Q(('compared_at', None), ('is_current', True), ('type', 'fingerprint')), fields=['completed_at'], name='analysis_analysis_uncompared'),
        ),
    ]
