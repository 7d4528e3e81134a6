"""Who does a type: what was asked for, what collections and settings prefer, and who can."""

from collections.abc import Callable
from typing import Any

import pytest

from analysis.engines import Ability, Type
from analysis.exceptions import NEEDS_LANGUAGE, EngineUnavailable
from analysis.services import choosing
from analysis.services.choosing import Choice
from tests.analysis.conftest import FakeEngine, sight
from tests.factories import AssetFactory

Only = Callable[..., None]


def aws(**abilities: Ability) -> FakeEngine:
    return FakeEngine(
        name="aws", remote=True, abilities={Type(name): ability for name, ability in abilities.items()}
    )


def local(**abilities: Ability) -> FakeEngine:
    return FakeEngine(abilities={Type(name): ability for name, ability in abilities.items()})


EVERYWHERE = Ability(frozenset({"video", "audio", "image"}), "")


@pytest.fixture
def film(db: None) -> Any:
    return AssetFactory(published=True, duration=100.0)


def test_the_first_that_can_is_taken(only_engines: Only, film: Any) -> None:
    only_engines(local(shots=sight()), aws(shots=EVERYWHERE, faces=EVERYWHERE))
    found = choosing.choose(types=["shots", "faces"], asset=film)
    assert found == {"shots": Choice("local", "sight"), "faces": Choice("aws", "")}


def test_a_request_insists(only_engines: Only, film: Any) -> None:
    only_engines(local(shots=sight()), aws(faces=EVERYWHERE))
    assert choosing.choose(types=["shots"], asset=film, wanted="aws") == {"shots": Choice()}


@pytest.mark.parametrize(
    ("collection", "setting", "chosen"),
    [("auto", "aws", "aws"), ("local", "aws", "local"), ("aws", "local", "aws"), ("auto", "", "local")],
)
def test_a_collection_goes_before_the_setting(
    only_engines: Only, film: Any, settings: Any, collection: str, setting: str, chosen: str
) -> None:
    settings.ANALYSIS_ENGINES = {"shots": setting} if setting else {}
    only_engines(local(shots=EVERYWHERE), aws(shots=EVERYWHERE))
    assert choosing.choose(types=["shots"], asset=film, collection=collection)["shots"].engine == chosen


def test_what_is_preferred_gives_way_when_it_cannot(only_engines: Only, film: Any, settings: Any) -> None:
    settings.ANALYSIS_ENGINES = {"shots": "aws"}
    only_engines(local(shots=sight()), aws(shots=sight(missing="Set AWS_REGION.")))
    assert choosing.choose(types=["shots"], asset=film)["shots"].engine == "local"


@pytest.mark.parametrize(
    "ability",
    [
        Ability(frozenset({"audio"}), ""),
        Ability(frozenset({"video"}), "", most_seconds=99.0),
        Ability(frozenset({"video"}), "", most_bytes=1000),
    ],
)
def test_what_lies_beyond_an_engine_is_not_given_to_it(
    only_engines: Only, film: Any, ability: Ability
) -> None:
    only_engines(local(shots=ability))
    assert choosing.choose(types=["shots"], asset=film, languages=["ar-EG", "en"])["shots"] == Choice()


def test_a_language_is_one_in_every_country(only_engines: Only, film: Any) -> None:
    only_engines(local(shots=Ability(frozenset({"video"}), "", languages=frozenset({"ar-SA"}))))
    assert choosing.choose(types=["shots"], asset=film, languages=["ar-EG"])["shots"].engine == "local"


def test_nobody_says_what_to_install(only_engines: Only, film: Any) -> None:
    only_engines(local(text=sight(missing="Install tesseract-ocr.")))
    with pytest.raises(EngineUnavailable) as caught:
        choosing.require(choosing.choose(types=["text", "faces"], asset=film))
    assert [error.code for error in caught.value.errors] == ["engine_unavailable"] * 2
    assert "Install tesseract-ocr." in caught.value.errors[0].detail
    assert "Faces" in caught.value.errors[1].detail


def test_what_is_possible_has_an_engine_that_lacks_nothing(only_engines: Only) -> None:
    only_engines(local(text=sight(missing="Install it."), shots=sight(), faces=sight("image")), aws())
    assert choosing.possible("video") == ["shots"]
    assert choosing.possible("image") == ["faces"]
    assert choosing.names() == ["local"]


def listener(**said: Any) -> Ability:
    """What hears, in these words."""
    return Ability(frozenset({"video"}), "hearing", **said)


def test_a_draft_is_made_only_where_nobody_else_can(only_engines: Only, film: Any) -> None:
    draft = listener(languages=frozenset({"en"}), draft=True, for_others="Get a model.")
    elsewhere = FakeEngine(name="aws", remote=True, abilities={Type.TRANSCRIPTION: listener()})
    only_engines(FakeEngine(abilities={Type.TRANSCRIPTION: draft}), elsewhere)
    for languages in ((), ("en",), ("ar", "en")):
        found = choosing.choose(types=["transcription"], asset=film, languages=languages)
        assert found["transcription"].engine == "aws", languages
    only_engines(FakeEngine(abilities={Type.TRANSCRIPTION: draft}))
    assert choosing.choose(types=["transcription"], asset=film)["transcription"].engine == "local"
    for languages in (("ar",), ("ar", "en")):
        found = choosing.choose(types=["transcription"], asset=film, languages=languages)
        assert found["transcription"].missing == ("Get a model.",), languages


def test_a_language_that_nobody_knows_is_told(only_engines: Only, film: Any) -> None:
    only_engines(FakeEngine(abilities={Type.TRANSCRIPTION: listener(languages=frozenset({"en"}))}))
    found = choosing.choose(types=["transcription"], asset=film, languages=["ja"])
    assert found["transcription"].missing == (NEEDS_LANGUAGE,)


def test_nothing_leaves_where_only_our_own_machines_may_work(only_engines: Only, film: Any) -> None:
    only_engines(FakeEngine(name="aws", remote=True, abilities={Type.SHOTS: EVERYWHERE}))
    for wanted in ("auto", "aws"):
        assert not choosing.choose(types=["shots"], asset=film, wanted=wanted, only_here=True)["shots"].engine
        assert choosing.choose(types=["shots"], asset=film, wanted=wanted)["shots"].engine == "aws"


def test_what_could_be_of_a_kind_counts_what_lacks_something(only_engines: Only) -> None:
    only_engines(FakeEngine(abilities={Type.SHOTS: EVERYWHERE, Type.TEXT: listener(missing="Get it.")}))
    assert choosing.of_kind(["text", "shots", "faces"], "video") == ["text", "shots"]
    assert choosing.of_kind(["text", "shots"], "image") == ["shots"]
