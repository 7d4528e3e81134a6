"""Money that went into taking faces in, kept apart from the pictures; and when those that wait are tried again."""

import django.utils.timezone
from django.db import migrations, models

# What the pictures cost until now counts as paid when each was tried last, as it did.
PAID = """
INSERT INTO analysis_faceexpense (at, picture, cost)
SELECT coalesce(tried_at, created_at), id, cost FROM analysis_personpicture WHERE cost > 0
"""


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0011_builtin_policies'),
    ]

    operations = [
        migrations.CreateModel(
            name='FaceExpense',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='paid')),
                ('picture', models.UUIDField(verbose_name='picture')),
                ('cost', models.DecimalField(decimal_places=6, max_digits=12, verbose_name='cost in US dollars')),
            ],
            options={
                'verbose_name': 'money spent on a face',
                'verbose_name_plural': 'money spent on faces',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='personpicture',
            name='again_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='tried again'),
        ),
        migrations.AddField(
            model_name='personpicture',
            name='tries',
            field=models.PositiveIntegerField(default=0, verbose_name='tries'),
        ),
        migrations.RunSQL(PAID, migrations.RunSQL.noop, elidable=True),
    ]
