"""The reasons of what policy holds or blocks already."""

from typing import Any

from django.db import migrations


def give_reasons(apps: Any, _schema: Any) -> None:
    """What a guest has sent is held for that, everything else by hand; what is blocked, by a decision."""
    assets = apps.get_model("assets", "Asset").objects
    held = assets.filter(policy_verdict="review")
    held.filter(guest_link__isnull=False).update(holds=["guest"])
    held.filter(guest_link=None).update(holds=["hand"])
    assets.filter(policy_verdict="block").update(blocks=["decision"])


class Migration(migrations.Migration):
    """Fills `holds` and `blocks`."""

    dependencies = [("assets", "0013_moderation")]

    operations = [migrations.RunPython(give_reasons, migrations.RunPython.noop)]
