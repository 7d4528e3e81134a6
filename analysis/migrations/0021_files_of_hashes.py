"""Files of hashes that wait for a worker."""

import django.db.models.deletion
import mediaportal.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0020_decisions_by_label'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HashLoad',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('form', models.CharField(max_length=4)),
                ('language', models.CharField(max_length=10)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('status', models.CharField(choices=[('running', 'Being read'), ('done', 'Added'), ('failed', 'Refused')], default='running', max_length=7)),
                ('added', models.PositiveIntegerField(blank=True, null=True)),
                ('faults', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('hash_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loads', to='analysis.hashlist')),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'file of hashes',
                'verbose_name_plural': 'files of hashes',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='HashLoadPiece',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('data', models.BinaryField()),
                ('load', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='analysis.hashload')),
            ],
            options={
                'ordering': ['load', 'number'],
            },
        ),
        migrations.AddIndex(
            model_name='hashload',
            index=models.Index(fields=['hash_list', '-created_at'], name='analysis_hash_load_of_list'),
        ),
        migrations.AddIndex(
            model_name='hashload',
            index=models.Index(condition=models.Q(('status', 'running')), fields=['created_at'], name='analysis_hash_load_running'),
        ),
        migrations.AddConstraint(
            model_name='hashloadpiece',
            constraint=models.UniqueConstraint(fields=('load', 'number'), name='analysis_hash_load_piece_once'),
        ),
    ]
