"""The Arabic catalogue holds every sentence of the pages, and none is left empty."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from processing.models import Preset

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "ar" / "LC_MESSAGES" / "django.po"
MARKED = re.compile(r"""\{% translate ("|')(.+?)\1""")


def test_every_sentence_has_its_arabic() -> None:
    entries = CATALOGUE.read_text(encoding="utf-8").split("\n\n")[1:]
    assert [entry for entry in entries if re.search(r'^msgstr(\[\d\])? ""$', entry, re.MULTILINE)] == []


def test_every_sentence_of_the_templates_is_in_the_catalogue() -> None:
    known = CATALOGUE.read_text(encoding="utf-8")
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        for _quote, sentence in MARKED.findall(template.read_text(encoding="utf-8")):
            written = sentence.replace('"', '\\"')
            assert f'msgid "{written}"' in known, (
                f"{template.name} says {sentence!r}: run manage.py makemessages -l ar"
            )


@pytest.mark.django_db
def test_what_comes_with_the_portal_is_in_the_catalogue() -> None:
    known = CATALOGUE.read_text(encoding="utf-8")
    shipped = Preset.objects.all()
    assert shipped
    for preset in shipped:
        assert f'msgid "{preset.title}"' in known
        assert f'msgid "{preset.description}"' in known
