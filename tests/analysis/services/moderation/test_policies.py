"""Policies are made, changed, switched and deleted by who manages them, and every act is written down."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from analysis.exceptions.moderation import MatchesEverything, PolicyInUse, StaleVersion
from analysis.models import Policy, PolicyVersion
from analysis.services.moderation import policies, rights
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted, Problem
from tests.analysis.moderating import NUDITY, case, found, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
GUEST = {"key": "guest", "kind": "guest", "review": 1.0}
VIDEO = {"key": "all", "kind": "metadata", "field": "kind", "names": ["video"], "review": 1}


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def manages_only() -> User:
    """One who may manage policies and nothing restricted."""
    person = UserFactory(role="contributor")
    person.user_permissions.add(Permission.objects.get(codename="manage_policies"))
    return person


def acts() -> list[str]:
    return list(
        Entry.objects.filter(action__startswith="policy.").order_by("id").values_list("action", flat=True)
    )


def faults(problem: Problem) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in problem.errors]


def test_a_policy_is_made_switched_off_with_its_first_version(manager: User) -> None:
    made = policies.make(user=manager, given={"name": " House  of cards ", "rules": [NUDITY], "severity": 3})
    version = made.current
    assert version is not None
    assert (made.slug, made.mode, made.builtin, made.name) == (
        "house-of-cards",
        "off",
        False,
        "House  of cards",
    )
    assert (version.number, version.severity, version.deadline, version.created_by) == (1, 3, 24, manager)
    assert version.rules[0]["names"] == ["nudity"]
    assert acts() == ["policy.made"]


def test_short_names_are_told_apart(manager: User) -> None:
    one, two, three = (
        policies.make(user=manager, given={"name": name}).slug for name in ("Same", "Same", "قواعد اللباس")
    )
    assert (one, two[:5], three[:6]) == ("same", "same-", "policy")
    with pytest.raises(InvalidInput) as refused:
        policies.make(user=manager, given={"name": "Other", "slug": "same"})
    assert faults(refused.value) == [("slug", "taken")]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, ("name", "required")),
        ({"name": "x" * 121}, ("name", "too_long")),
        ({"name": "a\x00b"}, ("name", "invalid")),
        ({"name": "a", "statement": "\ud800"}, ("statement", "invalid")),
        ({"name": "a", "slug": "Big"}, ("slug", "invalid")),
        ({"name": "a", "severity": 5}, ("severity", "out_of_range")),
        ({"name": "a", "severity": True}, ("severity", "out_of_range")),
        ({"name": "a", "deadline": 0}, ("deadline", "out_of_range")),
        ({"name": "a", "deadline": 9_000}, ("deadline", "out_of_range")),
        ({"name": "a", "sampling": 1.1}, ("sampling", "out_of_range")),
        ({"name": "a", "double": float("nan")}, ("double", "out_of_range")),
        ({"name": "a", "rules": [{"kind": "feeling"}]}, ("rules[0].kind", "unknown")),
        ({"name": "a", "rules": [NUDITY | {"names": []}]}, ("rules[0].names", "empty")),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    manager: User, given: dict[str, Any], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        policies.make(user=manager, given=given)
    assert faults(refused.value)[0] == fault
    assert Policy.objects.filter(builtin=False).count() == 0


def test_a_change_of_what_it_says_writes_a_version_and_the_rest_stays(manager: User) -> None:
    bare = policy(deadline=5, sampling=0.25)
    changed = policies.change(user=manager, policy=bare, given={"severity": 4, "note": "worse"}, seen=1)
    now = changed.current
    assert now is not None
    assert (now.number, now.severity, now.deadline, now.sampling, now.note) == (2, 4, 5, 0.25, "worse")
    assert now.rules[0]["key"] == "nudity"
    assert PolicyVersion.objects.get(policy=bare, number=1).severity == 2
    entry = Entry.objects.get(action="policy.changed")
    assert (entry.actor, entry.detail) == (manager, {"fields": ["severity"], "version": 2})


def test_what_says_the_same_writes_nothing(manager: User) -> None:
    bare = policy()
    policies.change(
        user=manager, policy=bare, given={"name": "Bare", "severity": 2, "rules": [NUDITY]}, seen=1
    )
    assert (bare.versions.count(), acts()) == (1, [])


def test_texts_need_no_version_and_write_none(manager: User) -> None:
    bare = policy()
    changed = policies.change(user=manager, policy=bare, given={"name": "Dress", "statement_ar": "لا"})
    assert (changed.name, changed.statement_ar, changed.versions.count()) == ("Dress", "لا", 1)
    assert acts() == ["policy.changed"]


def test_who_has_not_seen_the_last_version_is_told(manager: User) -> None:
    bare = policy()
    policies.change(user=manager, policy=bare, given={"deadline": 3}, seen=1)
    with pytest.raises(StaleVersion) as stale:
        policies.change(user=manager, policy=bare, given={"deadline": 4}, seen=1)
    assert stale.value.extra == {"version": 2}
    with pytest.raises(InvalidInput) as refused:
        policies.change(user=manager, policy=bare, given={"deadline": 4})
    assert faults(refused.value) == [("version", "required")]
    assert bare.versions.count() == 2


def test_what_is_against_everything_is_switched_on_when_it_is_confirmed(manager: User) -> None:
    AssetFactory.create_batch(3, published=True)
    wide = policy("wide", VIDEO, mode="off")
    with pytest.raises(MatchesEverything) as asked:
        policies.switch(user=manager, policy=wide, mode="on")
    assert asked.value.extra == {"count": 3, "total": 3, "estimated": False}
    wide.refresh_from_db()
    assert wide.mode == "off"
    assert policies.switch(user=manager, policy=wide, mode="on", confirm=True).mode == "on"
    assert Entry.objects.get(action="policy.switched").detail["before"] == "off"


def test_a_version_of_a_policy_that_is_on_is_asked_for_too(manager: User) -> None:
    AssetFactory.create_batch(2, published=True)
    bare = policy()
    with pytest.raises(MatchesEverything):
        policies.change(user=manager, policy=bare, given={"rules": [VIDEO]}, seen=1)
    assert bare.versions.count() == 1
    policies.change(user=manager, policy=bare, given={"rules": [VIDEO]}, seen=1, confirm=True)
    assert bare.versions.count() == 2


def test_a_shadow_may_be_against_everything(manager: User) -> None:
    AssetFactory(published=True)
    wide = policy("wide", VIDEO, mode="off")
    assert policies.switch(user=manager, policy=wide, mode="shadow").mode == "shadow"


def test_everything_is_asked_from_the_first_asset_on_and_not_when_it_is_off(manager: User) -> None:
    bare = policy(mode="off")
    on = policies.switch(user=manager, policy=bare, mode="on", everything=True)
    assert on.applied_until is not None
    assert on.applied_until.int == 0
    assert policies.switch(user=manager, policy=bare, mode="off", everything=True).applied_until is None


def test_a_change_and_a_switch_are_made_together_or_not_at_all(manager: User) -> None:
    AssetFactory(published=True)
    bare = policy(mode="off")
    with pytest.raises(MatchesEverything):
        policies.revise(user=manager, policy=bare, given={"rules": [VIDEO]}, seen=1, mode="on")
    assert (bare.versions.count(), acts()) == (1, [])
    done = policies.revise(user=manager, policy=bare, given={"rules": [GUEST]}, seen=1, mode="on")
    assert (done.mode, done.versions.count(), acts()) == ("on", 2, ["policy.changed", "policy.switched"])


def test_what_is_switched_off_may_say_anything(manager: User) -> None:
    AssetFactory(published=True)
    done = policies.revise(user=manager, policy=policy(), given={"rules": [VIDEO]}, seen=1, mode="off")
    assert (done.mode, done.current and done.current.number) == ("off", 2)


def test_there_are_three_modes(manager: User) -> None:
    with pytest.raises(InvalidInput) as refused:
        policies.switch(user=manager, policy=policy(), mode="loud")
    assert faults(refused.value) == [("mode", "unknown")]


def test_a_policy_goes_with_its_versions(manager: User) -> None:
    bare = policy()
    policies.delete(user=manager, policy=bare)
    assert not Policy.objects.filter(slug="bare").exists()
    assert acts() == ["policy.deleted"]


@pytest.mark.parametrize("which", ["builtin", "with a case"])
def test_what_came_with_the_portal_or_has_cases_stays(manager: User, which: str) -> None:
    held = Policy.objects.get(slug="reports") if which == "builtin" else case(of=policy()).policy
    with pytest.raises(PolicyInUse):
        policies.delete(user=manager, policy=held)
    held.refresh_from_db()
    assert held.current is not None


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_nobody_else_changes_anything(role: str) -> None:
    person, bare = UserFactory(role=role), policy()
    for act in (
        lambda: policies.make(user=person, given={"name": "x"}),
        lambda: policies.change(user=person, policy=bare, given={"name": "x"}),
        lambda: policies.switch(user=person, policy=bare, mode="off"),
        lambda: policies.delete(user=person, policy=bare),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_restricted_ones_are_for_who_may_review_what_is_restricted(manager: User) -> None:
    person, hidden = manages_only(), Policy.objects.get(slug="known-hashes")
    assert hidden not in rights.seen_by(person)
    assert hidden in rights.seen_by(manager)
    assert not rights.seen_by(UserFactory(role="contributor")).exists()
    with pytest.raises(NotFound):
        policies.switch(user=person, policy=hidden, mode="off")
    with pytest.raises(NotPermitted):
        policies.make(user=person, given={"name": "x", "restricted": True})
    assert policies.make(user=person, given={"name": "x"}).restricted is False


def test_half_of_a_library_is_not_most_of_it(manager: User) -> None:
    assets = AssetFactory.create_batch(20, published=True)
    for asset in assets[:10]:
        found(asset, ("Explicit Nudity", 0.9, 0.0, 1.0))
    bare = policy(mode="off")
    policies.switch(user=manager, policy=bare, mode="on")
    policies.switch(user=manager, policy=bare, mode="off")
    found(assets[10], ("Explicit Nudity", 0.9, 0.0, 1.0))
    with pytest.raises(MatchesEverything) as asked:
        policies.switch(user=manager, policy=bare, mode="on")
    assert asked.value.extra == {"count": 11, "total": 20, "estimated": False}
