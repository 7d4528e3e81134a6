"""The jobs that make what is left of an asset."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0009_labelled_key_frames'),
    ]

    operations = [
        migrations.AlterField(
            model_name='job',
            name='job_type',
            field=models.CharField(choices=[('ingest', 'First processing'), ('quality', 'Measuring quality'), ('package', 'Packaging'), ('transcode', 'Transcoding'), ('preview', 'Preview'), ('share', 'Pictures for a share link'), ('cut', 'Taking parts out'), ('analyze', 'Analysis')], default='ingest', max_length=12, verbose_name='type'),
        ),
    ]
