"""What captions take of their owners' room: the files that came, and versions that wait to be removed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0010_encryption'),
    ]

    operations = [
        migrations.AddField(
            model_name='caption',
            name='original_size',
            field=models.PositiveIntegerField(default=0, verbose_name='size of the file that came'),
        ),
        migrations.AddField(
            model_name='leftover',
            name='asset',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='assets.asset'),
        ),
        migrations.AddField(
            model_name='leftover',
            name='size',
            field=models.BigIntegerField(default=0),
        ),
    ]
