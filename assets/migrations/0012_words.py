"""The words about assets as search finds them, and those of all that stand already."""

from itertools import islice

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from mediaportal.core import arabic, fulltext

_AT_ONCE = 500


def write(apps, schema_editor):
    """Write them for some assets at a time. What comes in meanwhile by what was installed before is left to
    `manage.py index_words`.
    """
    Asset, AssetWords = apps.get_model('assets', 'Asset'), apps.get_model('assets', 'AssetWords')
    rows = Asset.objects.only('title', 'description', 'original_filename').prefetch_related('tags').order_by('pk')
    assets = rows.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(assets, _AT_ONCE)):
        AssetWords.objects.bulk_create([words_of(AssetWords, asset) for asset in some])


def words_of(words, asset):
    """The words about one asset."""
    tags = '\n'.join(sorted(tag.name for tag in asset.tags.all()))
    vectors = [
        fulltext.weighted(fulltext.vector_of(text), weight)
        for text, weight in ((asset.title, 'A'), (tags, 'B'), (asset.description, 'C'))
    ]
    text = '\n'.join([asset.title, asset.original_filename, tags, asset.description]).replace('\0', ' ')
    return words(asset=asset, vector=fulltext.joined(vectors), text=arabic.normalised(text).casefold())


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0011_room_of_captions'),
        ('core', '0003_borders'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='AssetWords',
            fields=[
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='words', serialize=False, to='assets.asset')),
                ('vector', django.contrib.postgres.search.SearchVectorField(editable=False)),
                ('text', models.TextField(editable=False)),
            ],
            options={
                'verbose_name': 'words about an asset',
                'verbose_name_plural': 'words about assets',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['vector'], name='assets_words_vector'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('text', name='gin_trgm_ops'), name='assets_words_parts')],
            },
        ),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
