from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0005_scanned_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='uploadsession',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, help_text='How often a worker has begun to fetch it.'),
        ),
    ]
