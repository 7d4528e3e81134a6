"""The preset of labelled key frames, for installations that have presets already; a new one is given all of them."""

from typing import Any

from django.db import migrations

_RECIPE: dict[str, Any] = {'levels': [{'name': '720p',
             'width': 1280,
             'height': 720,
             'max_rate': 3750000,
             'max_rate_fast': 5250000,
             'codec': 'h264'},
            {'name': '360p',
             'width': 640,
             'height': 360,
             'max_rate': 750000,
             'max_rate_fast': 1125000,
             'codec': 'h264',
             'speed': 'faster'}],
 'crf': 23,
 'speed': 'veryfast',
 'audio_bit_rate': 128000,
 'segment_seconds': 4,
 'color': 'tone_map',
 'loudness': None,
 'per_title': True,
 'measure_quality': False,
 'vmaf_floor': 0.0,
 'watermark': None,
 'encryption': '',
 'poster': 'best',
 'preview_seconds': 0.0,
 'preview_avif': True,
 'keyframes': {'count': 12, 'every': 0.0, 'format': 'png', 'width': 960}}


def add(apps: Any, schema_editor: Any) -> None:
    """Add it where there are presets, unless one has its name."""
    presets = apps.get_model("processing", "Preset").objects
    if presets.exists():
        presets.get_or_create(
            slug="keyframe-labels",
            defaults={
                "title": "Labelled key frames",
                "description": (
                    "720p and 360p with a moving preview, then key frames with labels, and a metadata.json of all."
                ),
                "recipe": _RECIPE,
            },
        )


class Migration(migrations.Migration):

    dependencies = [
        ("processing", "0008_analyses"),
    ]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
