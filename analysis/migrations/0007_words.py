"""The best places of words and the borders of moments, and those of all that stands already."""

from itertools import islice, pairwise

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from mediaportal.core import fulltext

_ANALYSES, _ROWS = 10, 2000
_LONGEST_PAUSE = 3.0
WORDS = """
INSERT INTO analysis_wordplace (analysis_id, word, times, start, moment)
SELECT DISTINCT ON (moment.analysis_id, said.lexeme)
    moment.analysis_id, said.lexeme, cardinality(said.positions), moment.start, moment.id
FROM analysis_moment AS moment, unnest(moment.vector) AS said
WHERE moment.analysis_id = ANY(%s)
ORDER BY moment.analysis_id, said.lexeme, cardinality(said.positions) DESC, moment.start, moment.id DESC
"""


def write(apps, schema_editor):
    """Write them for some analyses at a time, and of those some rows. What is completed meanwhile by what was installed
    before is left to `manage.py index_words`.
    """
    Analysis, Border, Moment = (apps.get_model('analysis', name) for name in ('Analysis', 'Border', 'Moment'))
    ids = Analysis.objects.filter(status='completed').order_by('pk').values_list('pk', flat=True)
    ids = ids.iterator(chunk_size=_ROWS)
    while some := list(islice(ids, _ANALYSES)):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(WORDS, [some])
        said = Moment.objects.filter(analysis__in=some, kind='speech').exclude(text='')
        rows = said.only('analysis_id', 'start', 'end', 'speaker', 'text').order_by('analysis_id', 'start', 'id')
        found = borders(Border, rows.iterator(chunk_size=_ROWS))
        while batch := list(islice(found, _ROWS)):
            Border.objects.bulk_create(batch)


def borders(border, rows):
    """The borders at which one person goes on speaking."""
    for one, following in pairwise(rows):
        same = one.speaker == following.speaker or not (one.speaker and following.speaker)
        near = following.start - one.end <= _LONGEST_PAUSE
        if one.analysis_id == following.analysis_id and same and near:
            vector = fulltext.border_of(one.text, following.text)
            yield border(analysis_id=one.analysis_id, moment=one.pk, start=one.start, vector=vector)


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0006_people'),
        ('core', '0003_borders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Border',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('moment', models.BigIntegerField(unique=True)),
                ('start', models.FloatField()),
                ('vector', django.contrib.postgres.search.SearchVectorField(editable=False)),
                ('analysis', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='borders', to='analysis.analysis')),
            ],
            options={
                'verbose_name': 'border of two moments',
                'verbose_name_plural': 'borders of two moments',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['vector'], name='analysis_border_vector')],
            },
        ),
        migrations.CreateModel(
            name='WordPlace',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word', models.TextField()),
                ('times', models.PositiveIntegerField()),
                ('start', models.FloatField()),
                ('moment', models.BigIntegerField()),
                ('analysis', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='word_places', to='analysis.analysis')),
            ],
            options={
                'verbose_name': 'place of a word',
                'verbose_name_plural': 'places of words',
                'constraints': [models.UniqueConstraint(fields=('word', 'analysis'), include=('times', 'start', 'moment'), name='analysis_word_place_once')],
            },
        ),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
