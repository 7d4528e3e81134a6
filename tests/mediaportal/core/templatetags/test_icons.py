"""Icons of the one set."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from mediaportal.core.templatetags.icons import icon


def test_an_icon_is_inline_and_hidden_from_assistive_technology() -> None:
    drawn = icon("upload", "s")
    assert drawn.startswith('<svg class="icon s"')
    assert 'aria-hidden="true"' in drawn
    assert "<path" in drawn
    assert "<!--" not in drawn


@pytest.mark.parametrize("name", ["no-such-icon", "../../package", "Upload", ""])
def test_a_name_outside_the_set_is_an_error(name: str) -> None:
    with pytest.raises(LookupError):
        icon(name)


def test_every_icon_that_a_template_names_exists() -> None:
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text(encoding="utf-8")):
            assert icon(name)
