"""Budgets: what an analysis may cost, and what may be spent in a collection."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0001_initial'),
        ('assets', '0011_room_of_captions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='analysis',
            name='analysis_analysis_cost',
        ),
        migrations.AddField(
            model_name='analysis',
            name='reserved',
            field=models.DecimalField(decimal_places=6, default=0, max_digits=12, verbose_name='estimated cost in US dollars'),
        ),
        migrations.AddField(
            model_name='collectionsetting',
            name='monthly_budget',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='monthly budget in US dollars'),
        ),
        migrations.AddIndex(
            model_name='analysis',
            index=models.Index(condition=models.Q(('cost__gt', 0), ('reserved__gt', 0), _connector='OR'), fields=['created_at'], name='analysis_analysis_paid'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('reserved__gte', 0)), name='analysis_analysis_cost'),
        ),
    ]
