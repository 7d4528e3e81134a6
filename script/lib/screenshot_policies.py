"""Scenes of policies: the list, the editor of rules with its bands, a replay, the versions, and the hash lists."""

from playwright.sync_api import Page, expect
from screenshot_portal import wait_for
from screenshot_studio import Studio

from analysis.models import Policy, Replay
from analysis.services.moderation import hashlists, policies, replaying
from mediaportal.accounts.models import User

RULES = [
    {"key": "alcohol", "kind": "label", "names": ["Alcohol", "Drinking", "Gambling"], "places": ["moderation"],
     "review": 0.6, "block": 0.95,
     "overrides": [{"region": "SA", "rating": "", "review": 0.4, "block": 0.7}]},
    {"key": "words", "kind": "words", "names": ["harbour", "المرفأ"], "places": ["speech", "text", "metadata"],
     "review": 0.5, "block": None},
    {"key": "reported", "kind": "reports", "names": [], "review": 2, "block": None},
    {"key": "long", "kind": "metadata", "field": "duration", "above": 600, "review": 1, "block": None},
]  # fmt: skip
CHANGED = [{**RULES[0], "review": 0.55, "block": 0.9}, *RULES[1:]]
DIGESTS = ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "c3d0f1a2b4e59687"]


def moderating(studio: Studio, owner: User) -> None:
    """Policies and lists in every dress."""
    policy = told(owner)
    made = listed(owner)
    for page, name in studio.dressed():
        page.goto("/review/policies/")
        studio.shoot(page, f"87-policies{name}", whole=True)
        _one(studio, page, policy, name)
        page.goto("/review/policies/new/")
        studio.shoot(page, f"87-policy-new{name}", whole=True)
        page.goto("/review/hash-lists/")
        studio.shoot(page, f"88-hash-lists{name}", whole=True)
        page.goto(f"/review/hash-lists/{made}/")
        studio.shoot(page, f"88-hash-list{name}", whole=True)


def told(owner: User) -> Policy:
    """A policy of many rules that is a shadow, with two versions and a replay."""
    policy = policies.make(
        user=owner,
        given={
            "name": "Customs of the region",
            "name_ar": "أعراف المنطقة",
            "statement": "We do not show alcohol or gambling to those who have not asked for it.",
            "statement_ar": "لا نعرض الكحول ولا القمار على من لم يطلب ذلك.",
            "rules": RULES,
            "severity": 3,
            "deadline": 12,
            "sampling": 0.01,
            "double": 0.1,
        },
    )
    policy = policies.switch(user=owner, policy=policy, mode="shadow")
    policies.change(
        user=owner,
        policy=policy,
        given={
            "rules": CHANGED,
            "deadline": 8,
            "note": "Half of the complaints were about what lay just below.",
        },
        seen=1,
        confirm=True,
    )
    policy.refresh_from_db()
    replay = replaying.start(user=owner, policy=policy)
    wait_for(lambda: not Replay.objects.filter(pk=replay.pk, status="running").exists(), "the replay")
    return policy


def listed(owner: User) -> str:
    """Two lists, of which one has hashes; returns the id of that one."""
    hashlists.make(user=owner, name="Retired", source="")
    made = hashlists.make(user=owner, name="قائمة البرامج المحمية", source="https://hashes.example.org/2026")
    for digest, note in zip(DIGESTS, ("Trailer, leaked cut", "غلاف البرنامج"), strict=True):
        kind = "sha256" if len(digest) > hashlists.PICTURE_DIGITS else "picture"
        hashlists.add(user=owner, list_id=made.pk, entry=hashlists.Entry(kind, digest, note))
    return str(made.pk)


def _one(studio: Studio, page: Page, policy: Policy, name: str) -> None:
    """A policy with its rules, a rule with other thresholds opened, and what is asked before it is switched on."""
    page.goto(f"/review/policies/{policy.pk}/")
    expect(page.locator("[data-rule]")).to_have_count(len(RULES))
    page.locator("[data-rule]").first.locator(".overrides-of").evaluate("one => { one.open = true; }")
    studio.shoot(page, f"87-policy{name}", whole=True)
    page.locator("[data-mode=on]").click()
    page.wait_for_selector("#mode-sheet[open]")
    studio.shoot(page, f"87-policy-switched{name}")
