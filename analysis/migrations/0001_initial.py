"""Orders, analyses and moments."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import mediaportal.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('assets', '0011_room_of_captions'),
        ('processing', '0008_analyses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CollectionSetting',
            fields=[
                ('collection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='analysis_setting', serialize=False, to='assets.collection')),
                ('types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('transcription', 'Speech'), ('moderation', 'Unsafe content'), ('objects', 'Objects and scenes'), ('faces', 'Faces'), ('text', 'Text in the picture'), ('shots', 'Shots'), ('fingerprint', 'Fingerprint'), ('quality', 'Picture and sound faults')], max_length=20), blank=True, default=list, size=None, verbose_name='types')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35), blank=True, default=list, size=None, verbose_name='languages')),
                ('engine', models.CharField(choices=[('auto', 'Automatic'), ('local', 'On our own machines'), ('aws', 'Amazon Web Services')], default='auto', max_length=20, verbose_name='wanted engine')),
            ],
            options={
                'verbose_name': 'analysis of a collection',
                'verbose_name_plural': 'analyses of collections',
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('engine', models.CharField(choices=[('auto', 'Automatic'), ('local', 'On our own machines'), ('aws', 'Amazon Web Services')], default='auto', max_length=20, verbose_name='wanted engine')),
                ('types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('transcription', 'Speech'), ('moderation', 'Unsafe content'), ('objects', 'Objects and scenes'), ('faces', 'Faces'), ('text', 'Text in the picture'), ('shots', 'Shots'), ('fingerprint', 'Fingerprint'), ('quality', 'Picture and sound faults')], max_length=20), size=None, verbose_name='types')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35), blank=True, default=list, size=None, verbose_name='languages')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('asset', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='analysis_orders', to='assets.asset')),
                ('job', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='analysis_order', to='processing.job')),
                ('upload', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='analysis_orders', to='assets.uploadsession')),
            ],
            options={
                'verbose_name': 'analysis order',
                'verbose_name_plural': 'analysis orders',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Analysis',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('transcription', 'Speech'), ('moderation', 'Unsafe content'), ('objects', 'Objects and scenes'), ('faces', 'Faces'), ('text', 'Text in the picture'), ('shots', 'Shots'), ('fingerprint', 'Fingerprint'), ('quality', 'Picture and sound faults')], max_length=20, verbose_name='type')),
                ('engine', models.CharField(blank=True, max_length=20, verbose_name='engine')),
                ('language', models.CharField(blank=True, max_length=35, verbose_name='language')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('processing', 'Processing'), ('completed', 'Completed'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='pending', max_length=10, verbose_name='status')),
                ('confidence', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)], verbose_name='confidence')),
                ('results', models.JSONField(blank=True, default=dict, verbose_name='results')),
                ('error_code', models.CharField(blank=True, max_length=60)),
                ('error_detail', models.TextField(blank=True, verbose_name='error')),
                ('aws_job_id', models.CharField(blank=True, max_length=200)),
                ('cost', models.DecimalField(decimal_places=6, default=0, max_digits=12, verbose_name='cost in US dollars')),
                ('is_current', models.BooleanField(default=False, verbose_name='shown')),
                ('chosen', models.BooleanField(default=False, verbose_name='chosen by a person')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('completed_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('asset', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='analyses', to='assets.asset')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='analyses', to='analysis.order')),
            ],
            options={
                'verbose_name': 'analysis',
                'verbose_name_plural': 'analyses',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Moment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('speech', 'Speech'), ('label', 'Objects and scenes'), ('face', 'Faces'), ('text', 'Text in the picture'), ('moderation', 'Unsafe content'), ('shot', 'Shots'), ('sound', 'Sounds'), ('quality', 'Picture and sound faults')], max_length=10, verbose_name='kind')),
                ('start', models.FloatField(verbose_name='start in seconds')),
                ('end', models.FloatField(verbose_name='end in seconds')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='label')),
                ('parent', models.CharField(blank=True, max_length=200, verbose_name='above the label')),
                ('confidence', models.FloatField(verbose_name='confidence')),
                ('box', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), blank=True, null=True, size=4)),
                ('speaker', models.CharField(blank=True, max_length=100, verbose_name='speaker')),
                ('language', models.CharField(blank=True, max_length=35, verbose_name='language')),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('vector', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('analysis', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moments', to='analysis.analysis')),
                ('asset', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='moments', to='assets.asset')),
            ],
            options={
                'verbose_name': 'moment',
                'verbose_name_plural': 'moments',
                'ordering': ['start', 'id'],
                'indexes': [models.Index(fields=['asset', 'kind', 'start'], name='analysis_moment_of_asset'), django.contrib.postgres.indexes.GinIndex(fields=['vector'], name='analysis_moment_vector')],
                'constraints': [models.CheckConstraint(condition=models.Q(('start__gte', 0), ('end__gte', models.F('start'))), name='analysis_moment_ends_after_start'), models.CheckConstraint(condition=models.Q(('confidence__range', (0.0, 1.0))), name='analysis_moment_confidence'), models.CheckConstraint(condition=models.Q(('box', None), ('box__len', 4), _connector='OR'), name='analysis_moment_box_has_four_sides')],
            },
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['asset', '-created_at'], name='analysis_order_of_asset'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('types', []), _negated=True), name='analysis_order_has_types'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('job', None), ('asset__isnull', False), _connector='OR'), name='analysis_order_job_has_asset'),
        ),
        migrations.AddIndex(
            model_name='analysis',
            index=models.Index(fields=['asset', 'type', '-created_at'], name='analysis_analysis_of_asset'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.UniqueConstraint(fields=('order', 'type'), name='analysis_analysis_type_once'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('asset', 'type'), name='analysis_analysis_one_current'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.CheckConstraint(condition=models.Q(('is_current', False), ('status', 'completed'), _connector='OR'), name='analysis_analysis_current_is_done'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'failed'), _negated=True), models.Q(('error_code', ''), _negated=True), _connector='OR'), name='analysis_analysis_failed_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.CheckConstraint(condition=models.Q(('confidence', None), ('confidence__range', (0.0, 1.0)), _connector='OR'), name='analysis_analysis_confidence'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gte', 0)), name='analysis_analysis_cost'),
        ),
    ]
