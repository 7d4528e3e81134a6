"""The page about moderation says what the code does: kinds of rules, topics and their labels, limits."""

import json
import re
from pathlib import Path

from analysis.rules import RuleKind, read
from analysis.rules.reading import LONGEST_NAME, MOST_NAMES, MOST_OVERRIDES, MOST_RULES
from analysis.rules.taxonomy import TOPICS
from analysis.services.moderation import vocabulary

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "moderation.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, str]:
    """The rows of the table under a heading: what stands second by the key that stands first."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", section, flags=re.M))


def test_every_topic_stands_there_with_its_labels() -> None:
    told = {key: tuple(labels.split(", ")) for key, labels in rows("Topics").items()}
    assert told == TOPICS


def test_every_kind_of_rule_stands_there_and_has_words() -> None:
    assert set(rows("Rules")) == set(RuleKind) == set(vocabulary.KINDS)
    assert set(vocabulary.TOPIC_WORDS) == set(TOPICS)


def test_the_example_can_be_read() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, flags=re.S)
    rules, problems = read(json.loads(example))
    assert (len(rules), problems) == (2, [])


def test_the_limits_are_those_of_the_code() -> None:
    names = f"{MOST_NAMES} names of {LONGEST_NAME} characters in each"
    assert f"At most {MOST_RULES} rules, {names}, and {MOST_OVERRIDES} overrides." in PAGE
