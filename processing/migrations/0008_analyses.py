"""Jobs that analyse."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0007_sets_of_share_links'),
    ]

    operations = [
        migrations.AlterField(
            model_name='job',
            name='job_type',
            field=models.CharField(choices=[('ingest', 'First processing'), ('quality', 'Measuring quality'), ('package', 'Packaging'), ('transcode', 'Transcoding'), ('preview', 'Preview'), ('share', 'Pictures for a share link'), ('analyze', 'Analysis')], default='ingest', max_length=12, verbose_name='type'),
        ),
    ]
