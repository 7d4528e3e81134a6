"""The presets that come with the portal."""

from django.db import migrations

from processing.ffmpeg.ladder import STANDARD, WEAK_NETWORK

SHIPPED = [
    ("standard", "Standard", "1080p, 720p, 480p and 360p, never above the source.", STANDARD, True),
    ("weak-network", "Weak network", "720p down to 144p with lean sound, for slow links.", WEAK_NETWORK, False),
]


def add(apps, schema_editor):
    """Add those that are not there yet."""
    preset = apps.get_model("processing", "Preset")
    for slug, title, description, ladder, is_default in SHIPPED:
        preset.objects.get_or_create(
            slug=slug,
            defaults={
                "title": title, "description": description, "recipe": ladder.as_data(), "is_default": is_default,
            },
        )


class Migration(migrations.Migration):
    """Adds the rows."""

    dependencies = [("processing", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
