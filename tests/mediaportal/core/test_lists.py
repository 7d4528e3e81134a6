"""Lists are parted as the language does it."""

from django.utils import translation

from mediaportal.core.lists import listed


def test_each_language_has_its_own_comma() -> None:
    assert listed(["SA", "KW"]) == "SA, KW"
    with translation.override("ar"):
        assert listed(["السعودية", "الكويت"]) == "السعودية، الكويت"
        assert listed([]) == ""
