"""Why policy holds or blocks an asset, for whom it is, and holds on deletion."""
import django.contrib.postgres.fields
import django.db.models.deletion
import mediaportal.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0012_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='age_rating',
            field=models.CharField(choices=[('all', 'Everybody'), ('7', 'From 7'), ('12', 'From 12'), ('16', 'From 16'), ('18', 'From 18')], default='all', max_length=3, verbose_name='for whom'),
        ),
        migrations.AddField(
            model_name='asset',
            name='blocked_regions',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, help_text='Two letters of ISO 3166 each.', size=None, verbose_name='regions in which it is not shown'),
        ),
        migrations.AddField(
            model_name='asset',
            name='blocks',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('policy', 'A policy blocks it'), ('decision', 'A moderator has rejected it')], max_length=20), blank=True, default=list, help_text='Why the policies let nobody see it.', size=None),
        ),
        migrations.AddField(
            model_name='asset',
            name='holds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('guest', 'Sent by a guest'), ('hand', 'Held by the staff'), ('check', 'Not looked at by the policies yet'), ('case', 'A case waits for a decision')], max_length=20), blank=True, default=list, help_text='Why the policies want somebody to look at it before it is published.', size=None),
        ),
        migrations.AddField(
            model_name='asset',
            name='imposed_rating',
            field=models.CharField(choices=[('all', 'Everybody'), ('7', 'From 7'), ('12', 'From 12'), ('16', 'From 16'), ('18', 'From 18')], default='all', max_length=3, verbose_name='for whom at least, by a decision'),
        ),
        migrations.AddField(
            model_name='asset',
            name='visibility_cap',
            field=models.CharField(blank=True, choices=[('private', 'Only me'), ('internal', 'Everyone here'), ('public', 'Anyone with the address')], max_length=10, verbose_name='who may see it at most, by a decision'),
        ),
        migrations.CreateModel(
            name='DeletionHold',
            fields=[
                ('id', models.UUIDField(default=mediaportal.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('placed_at', models.DateTimeField(auto_now_add=True, verbose_name='placed')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='lifted')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deletion_holds', to='assets.asset')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lifted by')),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='placed by')),
            ],
            options={
                'verbose_name': 'hold on deletion',
                'verbose_name_plural': 'holds on deletion',
                'ordering': ['-placed_at', '-id'],
                'permissions': [('hold_deletion', 'Can keep assets from being deleted')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('asset',), name='assets_deletion_hold_once')],
            },
        ),
    ]
