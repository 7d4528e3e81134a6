"""Streaming sets that bear the name of a share link, and the jobs that make them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0010_encryption'),
        ('processing', '0006_package_prefixes'),
    ]

    operations = [
        migrations.AddField(
            model_name='package',
            name='share',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='packages', to='assets.sharelink', verbose_name='share link'),
        ),
        migrations.AlterField(
            model_name='job',
            name='job_type',
            field=models.CharField(choices=[('ingest', 'First processing'), ('quality', 'Measuring quality'), ('package', 'Packaging'), ('transcode', 'Transcoding'), ('preview', 'Preview'), ('share', 'Pictures for a share link')], default='ingest', max_length=12, verbose_name='type'),
        ),
    ]
