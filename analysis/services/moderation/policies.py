"""Policies are made, changed, switched and deleted by those who manage them; every act of theirs is written down."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from analysis import access
from analysis.exceptions.moderation import PolicyInUse, StaleVersion
from analysis.models import OPEN_CASE, Case, Policy, PolicyMode, PolicyVersion
from analysis.rules import as_data
from analysis.services.moderation import applying, breadth, judging, policytexts, rulebook
from analysis.services.moderation.rights import manager, manager_of
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotPermitted

_BEGINNING: dict[str, Any] = {
    "rules": [],
    "severity": 2,
    "deadline": 24,
    "sampling": 0.0,
    "double": 0.0,
    "note": "",
}


@transaction.atomic
def make(*, user: Caller, given: Mapping[str, Any]) -> Policy:
    """Make a policy, which is off: `given` has its `name`, and what else of `policytexts.WORDS`, `OF_VERSION`, `slug`,
    `restricted` and `note` is to be other than usual. Raises `NotPermitted`, and `InvalidInput`.
    """
    actor = manager(user)
    words = policytexts.words({"name": "", **given})
    said = policytexts.version(_BEGINNING | dict(given))
    _require_sight(actor, words)
    slug = policytexts.slug_of(words["name"], str(given.get("slug") or ""))
    made = Policy.objects.create(slug=slug, **words)
    made.current = _write(made, 1, said, actor)
    made.save(update_fields=["current"])
    record(action="policy.made", target=made, actor=actor, slug=slug)
    return made


@transaction.atomic
def change(
    *,
    user: Caller,
    policy: Policy,
    given: Mapping[str, Any],
    seen: int | None = None,
    confirm: bool = False,
    everything: bool = False,
) -> Policy:
    """Change the texts of a policy, or what it says, which writes a new version of it: the caller names the number of
    the version that they saw. With `everything` a policy that is not off is asked about all that stands.

    Raises `NotPermitted`, `NotFound`, `InvalidInput`, `StaleVersion`, and `MatchesEverything` for a policy that is on,
    as long as it is not confirmed.
    """
    actor, held = manager_of(user, policy, lock=True)
    words = policytexts.words(given)
    said = policytexts.version(given)
    _require_sight(actor, words)
    fields = sorted(name for name, value in words.items() if getattr(held, name) != value)
    if fields:
        Policy.objects.filter(pk=held.pk).update(**{name: words[name] for name in fields})
    news = _news(held.current, said)
    if news:
        _require_seen(held, seen)
        if held.mode == PolicyMode.ON and "rules" in news:
            breadth.require_narrow(said["rules"], confirmed=confirm)
        _write_next(held, said, actor)
        if everything:
            applying.begin(policy=held)
    held = Policy.objects.select_related("current").get(pk=held.pk)
    if fields or news:
        number = held.current.number if held.current else 0
        record(
            action="policy.changed", target=held, actor=actor, fields=[*fields, *sorted(news)], version=number
        )
    return held


@transaction.atomic
def switch(
    *, user: Caller, policy: Policy, mode: str, confirm: bool = False, everything: bool = False
) -> Policy:
    """Switch a policy off, on, or to a shadow. With `everything` it is asked about all that stands, otherwise about
    what changes from now on. Raises as `change` does, but for `StaleVersion`.
    """
    actor, held = manager_of(user, policy, lock=True)
    if mode not in PolicyMode.values:
        said = _("Choose one of: %(about)s.") % {"about": ", ".join(PolicyMode.values)}
        raise InvalidInput(errors=[FieldProblem("mode", "unknown", said)])
    before = held.mode
    if mode != before:
        if mode == PolicyMode.ON and held.current is not None:
            breadth.require_narrow(rulebook.standing(held.current), confirmed=confirm)
        gone = {"applied_until": None} if mode == PolicyMode.OFF else {}
        Policy.objects.filter(pk=held.pk).update(mode=mode, **gone)
        record(
            action="policy.switched",
            target=held,
            actor=actor,
            before=before,
            mode=mode,
            everything=everything,
        )
        if before == PolicyMode.ON:
            # What it held or blocked without anybody's decision is let go.
            theirs = Case.objects.filter(policy=held, status__in=OPEN_CASE, ruling="")
            judging.mark(asset_ids=theirs.values_list("asset_id", flat=True), wake=False)
    if everything:
        applying.begin(policy=held)
    return Policy.objects.select_related("current").get(pk=held.pk)


@transaction.atomic
def revise(
    *,
    user: Caller,
    policy: Policy,
    given: Mapping[str, Any],
    seen: int | None = None,
    mode: str | None = None,
    confirm: bool = False,
    everything: bool = False,
) -> Policy:
    """Change a policy and switch it, all or nothing. Raises as the two do."""
    options = {"confirm": confirm, "everything": everything}
    # What is switched off first is against nothing any more, whatever it says then.
    if mode is not None and mode != PolicyMode.ON:
        policy = switch(user=user, policy=policy, mode=mode, **options)
    policy = change(user=user, policy=policy, given=given, seen=seen, **options)
    if mode == PolicyMode.ON or (mode is None and everything):
        policy = switch(user=user, policy=policy, mode=mode or policy.mode, **options)
    return policy


@transaction.atomic
def delete(*, user: Caller, policy: Policy) -> None:
    """Delete a policy with its versions and replays. Raises `NotPermitted`, `NotFound`, and `PolicyInUse` for one that
    comes with the portal, or of which there were cases.
    """
    actor, held = manager_of(user, policy, lock=True)
    if held.builtin or held.cases.exists():
        raise PolicyInUse
    record(action="policy.deleted", target=held, actor=actor, slug=held.slug, name=held.name)
    Policy.objects.filter(pk=held.pk).update(mode=PolicyMode.OFF, current=None)
    try:
        Policy.objects.get(pk=held.pk).delete()
    except ProtectedError as error:  # decisions and strikes may name it as well
        raise PolicyInUse from error


def _require_sight(actor: User, words: Mapping[str, Any]) -> None:
    """Nobody hides a policy from themselves."""
    if words.get("restricted") and not access.can_review_restricted(actor):
        raise NotPermitted


def _require_seen(held: Policy, seen: int | None) -> None:
    """A new version is written by who has seen the last one. Raises `StaleVersion` and `InvalidInput`."""
    if seen is None:
        said = _("Say which version you have seen.")
        raise InvalidInput(errors=[FieldProblem("version", "required", said)])
    if held.current is not None and held.current.number != seen:
        raise StaleVersion(version=held.current.number)


def _news(current: PolicyVersion | None, said: Mapping[str, Any]) -> set[str]:
    """What of a version is to be other than it is."""
    names = [name for name in policytexts.OF_VERSION if name in said]
    if current is None:
        return set(names)
    stands = {name: getattr(current, name) for name in names} | (
        {"rules": rulebook.standing(current)} if "rules" in said else {}
    )
    return {name for name in names if stands[name] != said[name]}


def _write_next(held: Policy, said: Mapping[str, Any], actor: User) -> None:
    """Write the version after the last one; what is not said stays as it was."""
    last = held.current
    stands = {name: getattr(last, name) for name in policytexts.OF_VERSION} if last else dict(_BEGINNING)
    stands["rules"] = rulebook.standing(last)
    number = (last.number if last else 0) + 1
    written = _write(held, number, stands | {"note": ""} | dict(said), actor)
    Policy.objects.filter(pk=held.pk).update(current=written)


def _write(policy: Policy, number: int, said: Mapping[str, Any], actor: User) -> PolicyVersion:
    rows: dict[str, Any] = {name: said[name] for name in (*policytexts.OF_VERSION, "note")}
    rows["rules"] = as_data(said["rules"])
    return PolicyVersion.objects.create(policy=policy, number=number, created_by=actor, **rows)
