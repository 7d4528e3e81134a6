"""The Arabic catalogue holds every sentence of the pages, and none is left empty."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from processing.models import Preset

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "ar" / "LC_MESSAGES" / "django.po"
LITERAL = r"""u?((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
ASKED = re.compile(rf"\b(?:n?gettext|_)\({LITERAL}")
APPS = ("mediaportal", "assets", "processing", "analysis", "notifications")


def entries() -> dict[str, str]:
    """The catalogue's entries as they stand, by what they translate; not those that nobody uses any longer."""
    found = {}
    for entry in CATALOGUE.read_text(encoding="utf-8").split("\n\n"):
        asked = re.search(r'^msgid ((?:"[^\n]*"\n?)+)', entry, re.MULTILINE)
        if asked:
            found["".join(ast.literal_eval(line) for line in asked[1].splitlines())] = entry
    return found


def said_in_templates() -> Iterator[tuple[str, str]]:
    """Every sentence of the templates with its place, as `makemessages` reads them."""
    for path in (ROOT / "templates").rglob("*.html"):
        for literal in ASKED.findall(templatize(path.read_text(encoding="utf-8"))):
            yield ast.literal_eval(literal), str(path.relative_to(ROOT))


def said_in_code() -> Iterator[tuple[str, str]]:
    """Every sentence that the code gives to gettext, whatever it calls it there, with its place."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            asks = {
                name.asname or name.name: "pgettext" in name.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
                for name in node.names
                if "gettext" in name.name
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in asks:
                    said = node.args[asks[node.func.id]]  # a context goes before the sentence
                    if isinstance(said, ast.Constant) and isinstance(said.value, str):
                        yield said.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_sentence_has_its_arabic() -> None:
    known = entries()
    assert known.pop("").startswith("msgid")
    empty = re.compile(r'^msgstr(\[\d\])? ""(?!\n")$', re.MULTILINE)
    assert [said for said, entry in known.items() if empty.search(entry) or "#, fuzzy" in entry] == []


def test_every_sentence_of_the_templates_is_in_the_catalogue() -> None:
    said, known = dict(said_in_templates()), entries()
    assert len(said) > 250 and "about %(time)s left" in said
    assert {one: place for one, place in said.items() if one not in known} == {}


def test_every_sentence_of_the_code_is_in_the_catalogue() -> None:
    said, known = dict(said_in_code()), entries()
    assert len(said) > 400 and "%(done)d of %(count)d part" in said
    assert {one: place for one, place in said.items() if one not in known} == {}


@pytest.mark.django_db
def test_what_comes_with_the_portal_is_in_the_catalogue() -> None:
    known = entries()
    shipped = Preset.objects.all()
    assert shipped
    for preset in shipped:
        assert {preset.title, preset.description} <= set(known)
