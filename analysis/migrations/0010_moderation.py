"""Policies, cases, decisions and what belongs to them."""
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import mediaportal.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_age_limit'),
        ('analysis', '0009_errands'),
        ('assets', '0013_moderation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ModeratorSetting',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='moderator_setting', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('blur', models.BooleanField(default=True, verbose_name='blurred')),
                ('grey', models.BooleanField(default=True, verbose_name='without colours')),
                ('mute', models.BooleanField(default=True, verbose_name='without sound')),
                ('break_cases', models.PositiveIntegerField(default=25, verbose_name='cases until a break')),
                ('break_minutes', models.PositiveIntegerField(default=50, verbose_name='minutes until a break')),
            ],
            options={
                'verbose_name': 'setting of a moderator',
                'verbose_name_plural': 'settings of moderators',
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='short name')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_ar', models.CharField(blank=True, max_length=120, verbose_name='name in Arabic')),
                ('statement', models.TextField(blank=True, max_length=2000, verbose_name='what owners are told')),
                ('statement_ar', models.TextField(blank=True, max_length=2000, verbose_name='what owners are told, in Arabic')),
                ('mode', models.CharField(choices=[('off', 'Off'), ('shadow', 'Shadow: it only says what it would do'), ('on', 'On')], default='off', max_length=6, verbose_name='mode')),
                ('builtin', models.BooleanField(default=False, editable=False, verbose_name='comes with the portal')),
                ('restricted', models.BooleanField(default=False, verbose_name='restricted')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
            ],
            options={
                'verbose_name': 'policy',
                'verbose_name_plural': 'policies',
                'ordering': ['name', 'id'],
                'permissions': [('manage_policies', 'Can make and change policies')],
            },
        ),
        migrations.AddField(
            model_name='collectionsetting',
            name='publishing',
            field=models.CharField(blank=True, choices=[('hold', 'Hold first: once the policies agree'), ('publish', 'Publish first: the policies look afterwards')], help_text='Whether what comes in waits for the policies; empty: as the collection around it.', max_length=7, verbose_name='publishing'),
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('report', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'batch of decisions',
                'verbose_name_plural': 'batches of decisions',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(choices=[('policy', 'A policy'), ('report', 'A report'), ('guest', "A guest's upload"), ('sample', 'A sample of what passes'), ('match', 'A match'), ('staff', 'The staff')], max_length=8, verbose_name='opened by')),
                ('band', models.CharField(choices=[('review', 'review'), ('block', 'block')], default='review', max_length=6)),
                ('severity', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High'), (4, 'Critical')], verbose_name='severity')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('reach', models.PositiveIntegerField(default=0, help_text='How many have seen it, or could soon.', verbose_name='reach')),
                ('queue', models.CharField(choices=[('first', 'First look'), ('second', 'Second look'), ('senior', 'Senior'), ('appeal', 'Appeals')], default='first', max_length=6, verbose_name='queue')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('claimed', 'Being looked at'), ('decided', 'Decided'), ('closed', 'Closed')], default='waiting', max_length=8, verbose_name='status')),
                ('ruling', models.CharField(blank=True, choices=[('approved', 'Approved'), ('rejected', 'Rejected'), ('restricted', 'Restricted')], max_length=10, verbose_name='ruling')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('deciders', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)),
                ('evidence', models.JSONField(default=list)),
                ('worst_start', models.FloatField(default=0.0)),
                ('considered', models.JSONField(default=dict)),
                ('holds', models.BooleanField(default=False)),
                ('blocks', models.BooleanField(default=False)),
                ('regions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None)),
                ('rating', models.CharField(choices=[('all', 'Everybody'), ('7', 'From 7'), ('12', 'From 12'), ('16', 'From 16'), ('18', 'From 18')], default='all', max_length=3)),
                ('cap', models.CharField(blank=True, choices=[('private', 'Only me'), ('internal', 'Everyone here'), ('public', 'Anyone with the address')], max_length=10)),
                ('opened_at', models.DateTimeField(auto_now_add=True, verbose_name='opened')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='assets.asset')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='looked at by')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='analysis.policy', verbose_name='policy')),
            ],
            options={
                'verbose_name': 'case',
                'verbose_name_plural': 'cases',
                'ordering': ['-severity', 'due_at', '-reach', 'id'],
                'permissions': [('review_cases', 'Can look at cases and decide on them'), ('review_senior', 'Can decide on what was escalated, and where two disagree'), ('review_restricted', 'Can look at cases of restricted policies'), ('see_moderation_stats', 'Can see the dashboard of moderation and export decisions')],
            },
        ),
        migrations.CreateModel(
            name='CaseComment',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=4000, verbose_name='text')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='analysis.case')),
                ('mentioned', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('first', 'First look'), ('second', 'Second look'), ('senior', 'Senior'), ('appeal', 'Appeals')], max_length=6)),
                ('action', models.CharField(choices=[('approve', 'Approve'), ('reject', 'Reject'), ('restrict', 'Restrict'), ('escalate', 'Escalate')], max_length=8, verbose_name='act')),
                ('reason', models.CharField(choices=[('sexual', 'Sexual content'), ('children', 'Harm to children'), ('violence', 'Violence'), ('hate', 'Hate'), ('harassment', 'Harassment'), ('self_harm', 'Self-harm'), ('dangerous', 'Dangerous or unlawful'), ('cultural', 'Against what is customary here'), ('copyright', "Somebody else's work"), ('privacy', 'Privacy'), ('spam', 'Spam or misleading'), ('other', 'Something else'), ('fine', 'Nothing against it'), ('context', 'Allowed where it stands: news, teaching, art'), ('mistake', 'It is not what it was taken for'), ('consent', 'Those shown, or the holder of the rights, agree'), ('unsure', 'Needs somebody with more experience')], max_length=10, verbose_name='reason')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('restriction', models.JSONField(default=dict)),
                ('seen', models.JSONField(default=list)),
                ('before', models.JSONField(default=dict)),
                ('seconds', models.FloatField(default=0.0)),
                ('effective', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='decided')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to='analysis.batch')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='analysis.case')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analysis.policy')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=4000, verbose_name='text')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('status', models.CharField(choices=[('open', 'Being looked at'), ('upheld', 'The decision stands'), ('overturned', 'The decision was taken back')], default='open', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appeals', to='analysis.case')),
                ('answer', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answers', to='analysis.decision')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='analysis.decision')),
            ],
            options={
                'verbose_name': 'appeal',
                'verbose_name_plural': 'appeals',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='HashList',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='from where')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'hash list',
                'verbose_name_plural': 'hash lists',
                'ordering': ['name', 'id'],
                'permissions': [('manage_hash_lists', 'Can see and change hash lists')],
            },
        ),
        migrations.CreateModel(
            name='HashEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('sha256', 'The bytes of a file (SHA-256)'), ('picture', 'How a picture looks (64 bits)')], max_length=7, verbose_name='kind')),
                ('value', models.CharField(max_length=64, verbose_name='hash')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('hash_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='analysis.hashlist')),
            ],
            options={
                'verbose_name': 'hash',
                'verbose_name_plural': 'hashes',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='judgement', serialize=False, to='assets.asset')),
                ('dirty', models.BooleanField(default=True)),
                ('since', models.DateTimeField(auto_now_add=True)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('bands', models.JSONField(default=dict)),
                ('shadows', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'judgement',
                'verbose_name_plural': 'judgements',
                'indexes': [models.Index(condition=models.Q(('dirty', True)), fields=['since'], name='analysis_judgement_dirty')],
            },
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('rules', models.JSONField(default=list, verbose_name='rules')),
                ('severity', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High'), (4, 'Critical')], default=2, verbose_name='severity')),
                ('deadline', models.PositiveIntegerField(default=24, verbose_name='deadline in hours')),
                ('sampling', models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)], verbose_name='share of what passes that is looked at')),
                ('double', models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)], verbose_name='share of decisions made twice')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='what has changed')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='written')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='analysis.policy')),
            ],
            options={
                'verbose_name': 'version of a policy',
                'verbose_name_plural': 'versions of policies',
                'ordering': ['policy', '-number'],
            },
        ),
        migrations.AddField(
            model_name='policy',
            name='current',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analysis.policyversion'),
        ),
        migrations.AddField(
            model_name='decision',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analysis.policyversion'),
        ),
        migrations.AddField(
            model_name='case',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analysis.policyversion'),
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('rules', models.JSONField(default=list)),
                ('status', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=8)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('samples', models.JSONField(default=dict)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replays', to='analysis.policy')),
            ],
            options={
                'verbose_name': 'replay of a policy',
                'verbose_name_plural': 'replays of policies',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('sexual', 'Sexual content'), ('children', 'Harm to children'), ('violence', 'Violence'), ('hate', 'Hate'), ('harassment', 'Harassment'), ('self_harm', 'Self-harm'), ('dangerous', 'Dangerous or unlawful'), ('cultural', 'Against what is customary here'), ('copyright', "Somebody else's work"), ('privacy', 'Privacy'), ('spam', 'Spam or misleading'), ('other', 'Something else'), ('fine', 'Nothing against it'), ('context', 'Allowed where it stands: news, teaching, art'), ('mistake', 'It is not what it was taken for'), ('consent', 'Those shown, or the holder of the rights, agree'), ('unsure', 'Needs somebody with more experience')], max_length=10, verbose_name='reason')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('second', models.FloatField(blank=True, null=True, verbose_name='at the second')),
                ('outcome', models.CharField(blank=True, choices=[('approved', 'Approved'), ('rejected', 'Rejected'), ('restricted', 'Restricted')], max_length=10, verbose_name='outcome')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='reported')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='assets.asset')),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='analysis.case')),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reported by')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Strike',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='strike', to='analysis.decision')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='strikes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'strike',
                'verbose_name_plural': 'strikes',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Exposure',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('severity', models.PositiveSmallIntegerField()),
                ('seconds', models.FloatField(default=0.0)),
                ('uncovered', models.FloatField(default=0.0)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analysis.case')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'exposure',
                'verbose_name_plural': 'exposures',
                'indexes': [models.Index(fields=['user', '-at'], name='analysis_exposure_of_person')],
            },
        ),
        migrations.CreateModel(
            name='HashHit',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('score', models.FloatField()),
                ('second', models.FloatField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hash_hits', to='assets.asset')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hits', to='analysis.hashentry')),
            ],
            options={
                'verbose_name': 'hit of a hash list',
                'verbose_name_plural': 'hits of hash lists',
                'ordering': ['-score', 'id'],
                'constraints': [models.UniqueConstraint(fields=('asset', 'entry'), name='analysis_hash_hit_once'), models.CheckConstraint(condition=models.Q(('score__range', (0.0, 1.0))), name='analysis_hash_hit_score')],
            },
        ),
        migrations.AddIndex(
            model_name='hashentry',
            index=models.Index(fields=['kind', 'value'], name='analysis_hash_entry_value'),
        ),
        migrations.AddConstraint(
            model_name='hashentry',
            constraint=models.UniqueConstraint(fields=('hash_list', 'kind', 'value'), name='analysis_hash_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='hashentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'sha256'), ('value__regex', '^[0-9a-f]{64}$')), models.Q(('kind', 'picture'), ('value__regex', '^[0-9a-f]{16}$')), _connector='OR'), name='analysis_hash_entry_digits'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(fields=('policy', 'number'), name='analysis_policy_version_once'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', [1, 2, 3, 4])), name='analysis_policy_version_severity'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('sampling__range', (0.0, 1.0)), ('double__range', (0.0, 1.0))), name='analysis_policy_version_shares'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('mode', 'off'), ('current__isnull', False), _connector='OR'), name='analysis_policy_on_has_version'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['case', '-made_at'], name='analysis_decision_of_case'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['policy', '-made_at'], name='analysis_decision_of_policy'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['made_by', '-made_at'], name='analysis_decision_of_person'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['-made_at', '-id'], name='analysis_decision_newest'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(models.F('queue'), models.OrderBy(models.F('severity'), descending=True), models.F('due_at'), models.OrderBy(models.F('reach'), descending=True), models.F('id'), condition=models.Q(('status', 'waiting')), name='analysis_case_urgent'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'claimed')), fields=['lease_until'], name='analysis_case_leases'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['asset', '-opened_at'], name='analysis_case_of_asset'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['policy', '-decided_at'], name='analysis_case_of_policy'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['waiting', 'claimed'])), fields=('asset', 'policy'), name='analysis_case_open_once'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assignee__isnull', False), ('lease_until__isnull', False), ('status', 'claimed')), models.Q(models.Q(('status', 'claimed'), _negated=True), ('assignee', None), ('lease_until', None)), _connector='OR'), name='analysis_case_claimed_by_one'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'decided'), _negated=True), models.Q(models.Q(('ruling', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='analysis_case_decided_has_ruling'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('assignee', models.F('owner')), _negated=True), name='analysis_case_not_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', [1, 2, 3, 4])), name='analysis_case_severity'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='analysis_replay_done'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('asset', 'reporter'), name='analysis_report_once'),
        ),
        migrations.AddIndex(
            model_name='strike',
            index=models.Index(condition=models.Q(('lifted_at', None)), fields=['user', 'expires_at'], name='analysis_strike_standing'),
        ),
    ]
