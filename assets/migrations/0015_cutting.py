"""What a decision takes out of an asset for others, and the sets of what is left."""

import django.contrib.postgres.fields
import django.db.models.deletion
import mediaportal.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0014_why_held'),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='cut',
            field=models.JSONField(blank=True, default=list, help_text='Pairs of seconds, in the order of time; by a decision.', verbose_name='parts that others must not have'),
        ),
        migrations.AlterField(
            model_name='asset',
            name='holds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('guest', 'Sent by a guest'), ('hand', 'Held by the staff'), ('check', 'Not looked at by the policies yet'), ('case', 'A case waits for a decision'), ('cut', 'Parts of it are being taken out')], max_length=20), blank=True, default=list, help_text='Why the policies want somebody to look at it before it is published.', size=None),
        ),
        migrations.CreateModel(
            name='CutSet',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('parts', models.JSONField()),
                ('prefix', models.CharField(max_length=500, unique=True)),
                ('files', models.JSONField(default=dict)),
                ('duration', models.FloatField(verbose_name='seconds')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cut_sets', to='assets.asset')),
            ],
            options={
                'verbose_name': 'cut version',
                'verbose_name_plural': 'cut versions',
                'ordering': ['-made_at', '-id'],
                'indexes': [models.Index(fields=['asset', '-made_at'], name='assets_cutset_of_asset')],
            },
        ),
    ]
