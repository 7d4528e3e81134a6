"""What uploads may ask of upper rooms: which options there are, who checks them, and how the upload page offers them.
Upper rooms fill these lists when they are ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

OptionValidator = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class UploadChoice:
    """One of an upload's `processing_options` as the upload page offers it: a list of (value, words) to choose from.

    `choices` is asked for each page; the first one is what happens when nothing is chosen.
    """

    name: str
    label: str | Promise
    choices: Callable[[], list[tuple[str, str]]]


@dataclass(frozen=True)
class UploadPart:
    """Further wishes of an upload that an upper app asks for on the upload page: a template, and what it is given.

    Boxes with `data-option-list` are sent as a list under that name, words of a field with `data-option-words` too.
    """

    name: str
    template: str
    context: Callable[[], dict[str, Any]]


_upload_choices: dict[str, UploadChoice] = {}
_upload_parts: dict[str, UploadPart] = {}
_option_validators: list[OptionValidator] = []
_option_names: set[str] = set()
_option_flags: set[str] = set()
_option_lists: set[str] = set()


def register_option_validator(
    validator: OptionValidator,
    *,
    names: Iterable[str] = (),
    flags: Iterable[str] = (),
    lists: Iterable[str] = (),
) -> None:
    """Add a check of an upload's `processing_options`; it raises `InvalidOptions`. `names` are the options, all of
    them text, that may be sent because of it, `flags` those that may be true or false as well, and `lists` those that
    are lists of words.
    """
    _option_lists.update(lists)
    _option_names.update(names)
    _option_flags.update(flags)
    if validator not in _option_validators:
        _option_validators.append(validator)


def validate_options(options: dict[str, Any]) -> None:
    """Run every registered check; raises `InvalidOptions`."""
    for validator in _option_validators:
        validator(options)


def option_names() -> frozenset[str]:
    """The options that somebody understands; all others are refused."""
    return frozenset(_option_names | _option_flags | _option_lists)


def option_flags() -> frozenset[str]:
    """The options that may be true or false beside text."""
    return frozenset(_option_flags)


def option_lists() -> frozenset[str]:
    """The options that are lists of words."""
    return frozenset(_option_lists)


def register_upload_choice(choice: UploadChoice) -> None:
    """Offer an option on the upload page; a second one of the same name replaces the first."""
    _upload_choices[choice.name] = choice


def upload_choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The options that the upload page offers: name, words, and what can be chosen; those without a choice are out."""
    asked = [(choice, choice.choices()) for choice in _upload_choices.values()]
    return [(choice.name, str(choice.label), found) for choice, found in asked if len(found) > 1]


def register_upload_part(part: UploadPart) -> None:
    """Ask for further wishes on the upload page; a second part of the same name replaces the first."""
    _upload_parts[part.name] = part


def upload_parts() -> list[tuple[str, dict[str, Any]]]:
    """The templates of further wishes, and what each is given; those that have nothing to offer are out."""
    asked = [(part.template, part.context()) for part in _upload_parts.values()]
    return [(template, context) for template, context in asked if context]
