"""Where the files of a streaming set lie: written down for the sets that are played now."""

from typing import Any

from django.db import migrations, models


def take_down(apps: Any, _editor: Any) -> None:
    """Sets that were replaced before this have no rows that name their folders; links to them end by themselves."""
    packages = apps.get_model("processing", "Package").objects
    manifests = apps.get_model("assets", "Variant").objects.filter(variant_type="manifest")
    for detail in manifests.filter(detail__has_key="package").values_list("detail", flat=True).iterator():
        packages.filter(pk=detail["package"]).update(prefixes=[detail["prefix"]])


class Migration(migrations.Migration):

    dependencies = [
        ("assets", "0010_encryption"),
        ("processing", "0005_packages_before_assets"),
    ]

    operations = [
        migrations.AddField(
            model_name="package",
            name="prefixes",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.RunPython(take_down, migrations.RunPython.noop),
    ]
