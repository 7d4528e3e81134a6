"""The pages of policies: their rules, versions and replays. What is changed goes through the API."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from analysis import access
from analysis.models import OPEN_CASE, Policy, PolicyMode, PolicyVersion, Replay, Severity
from analysis.rules import as_data
from analysis.services.moderation import (
    applying,
    differences,
    policytexts,
    replaying,
    rights,
    rulebook,
    samples,
    shadows,
    vocabulary,
)
from assets.access import Caller

_VERSIONS = 20
_WHY = {
    replaying.TOO_LONG: gettext_noop("It has taken too long, and was ended."),
    replaying.BROKEN: gettext_noop(
        "Something broke on our side. Whoever runs the portal finds it in the log."
    ),
}
"""Why a replay has failed; said in the language of the reader when it is shown."""


@require_GET
def policy_list(request: HttpRequest) -> HttpResponse:
    """All policies by name, with how many cases of each are open."""
    _require_reader(request)
    waiting = Count("cases", filter=Q(cases__status__in=OPEN_CASE))
    found = rights.seen_by(request.user).annotate(waiting=waiting).order_by("name", "id")
    lists = vocabulary.hash_lists()
    lines = [{"policy": one, **_said(one.current, lists)} for one in found]
    context = {"lines": lines, "may_change": access.can_manage_policies(request.user)}
    return render(request, "analysis/moderation/policies.html", context)


@require_GET
def policy_new(request: HttpRequest) -> HttpResponse:
    """The form of a policy that is to be made."""
    if not access.can_manage_policies(request.user):
        raise PermissionDenied
    context = {"policy": None, "may_change": True, **_form(None, request.user)}
    return render(request, "analysis/moderation/policies_one.html", context)


@require_GET
def policy_page(request: HttpRequest, policy_id: UUID) -> HttpResponse:
    """A policy: what it says, its replays and versions, and what it would have done where it is a shadow."""
    policy = _policy(request, policy_id)
    lists = vocabulary.hash_lists()
    context = {
        "policy": policy,
        "may_change": access.can_manage_policies(request.user),
        "may_delete": not policy.builtin and not policy.cases.exists(),
        "modes": PolicyMode.choices,
        "share": _percent(applying.progress_of(policy)),
        "versions": _versions(policy, lists),
        **_said(policy.current, lists),
        **_form(policy, request.user),
        **_shadow(policy, request.user),
        **_replay(policy.replays.select_related("against", "asked_by").first(), request.user),
    }
    return render(request, "analysis/moderation/policies_one.html", context)


@require_GET
def policy_replay(request: HttpRequest, policy_id: UUID, replay_id: UUID) -> HttpResponse:
    """A replay alone, for a page that waits for it."""
    policy = _policy(request, policy_id)
    found = policy.replays.select_related("against", "asked_by").filter(pk=replay_id).first()
    if found is None:
        raise Http404
    context = {"policy": policy, **_replay(found, request.user)}
    return render(request, "analysis/moderation/policies_replay.html", context)


def _form(policy: Policy | None, user: Caller) -> dict[str, Any]:
    """What the form and its editor of rules need."""
    current = policy.current if policy else None
    names = ("slug", "name", "name_ar", "statement", "statement_ar", "mode", "restricted")
    numbers = ("severity", "deadline", "sampling", "double")
    lists = vocabulary.hash_lists() if access.can_review_restricted(user) else {}
    return {
        "severities": Severity.choices,
        "may_restrict": access.can_review_restricted(user),
        "longest": policytexts.WORDS,
        "version": current,
        "words": _words(),
        "shares": {name: _percent(getattr(current, name, 0.0)) for name in ("sampling", "double")},
        "config": {
            **vocabulary.editor(lists=lists),
            "policy": {
                "id": str(policy.pk) if policy else None,
                **{name: getattr(policy, name) for name in names if policy},
                **{name: getattr(current, name) for name in numbers if current},
                "rules": as_data(rulebook.standing(current)),
                "version": current.number if current else None,
            },
        },
    }


def _words() -> dict[str, str]:
    """What the scripts of the page say."""
    return {
        "remove": _("Remove {name}"),
        "removeRule": _("Remove the rule {name}"),
        "share": _("From which sureness on"),
        "people": _("From how many people on"),
        "yes": _("When it is so"),
        "unit.share": "%",
        "unit.people": _("people"),
        "all": _("None chosen: any of them."),
        "title.on": _("Switch this policy on?"),
        "title.shadow": _("Let this policy be a shadow?"),
        "go.on": _("Switch it on"),
        "go.shadow": _("Make it a shadow"),
        "trying": _("The replay has begun."),
        "tried": _("The replay has ended."),
        "following": _("No answer just now. The replay goes on, and is asked for again by itself."),
        "unfollowed": _(
            "This replay cannot be followed any longer. Load the page anew to see how it stands."
        ),
        "proposed": _("The suggested thresholds are filled in: try them, then save."),
        "unsaved": _("Save the changes first, or load the page anew to leave them."),
        "wrong": _("This could not be followed; see beside the fields."),
        "estimated": _("The number is estimated from a thousand files that were drawn."),
    }


def _said(version: PolicyVersion | None, lists: dict[str, str]) -> dict[str, Any]:
    """What a version says, in words."""
    return {"rules": [vocabulary.described(rule, lists) for rule in rulebook.standing(version)]}


def _versions(policy: Policy, lists: dict[str, str]) -> list[dict[str, Any]]:
    """The last versions with what each says otherwise than the one before it."""
    found = list(policy.versions.select_related("created_by").order_by("-number")[: _VERSIONS + 1])
    told = differences.by_version(found)
    return [
        {"version": one, "changes": [_change(change, lists) for change in told[one.number]]}
        for one in found[:_VERSIONS]
    ]


def _change(change: differences.Difference, lists: dict[str, str]) -> dict[str, Any]:
    """A difference in words."""
    before, after = vocabulary.sides_of(change, lists)
    return {"what": change.what, "key": change.key, "aspect": change.aspect, "before": before, "after": after}


def _replay(replay: Replay | None, user: Caller) -> dict[str, Any]:
    """A replay with what it has found so far."""
    if replay is None:
        return {"replay": None}
    return {
        "replay": replay,
        "replay_share": int(100 * replay.done / replay.total) if replay.total else 0,
        "replay_changes": _changes(replay.counts, replay.samples, user),
        "replay_same": _same(replay.counts),
        "replay_why": _(_WHY.get(replay.error, replay.error)) if replay.error else "",
    }


def _shadow(policy: Policy, user: Caller) -> dict[str, Any]:
    """What a shadow would have done."""
    if policy.mode != PolicyMode.SHADOW:
        return {"shadow": None}
    found = shadows.of(policy=policy)
    return {
        "shadow": found,
        "shadow_changes": _changes(found.counts, found.samples, user),
        "shadow_same": _same(found.counts),
    }


def _changes(counts: dict[str, int], some: dict[str, list[str]], user: Caller) -> list[dict[str, Any]]:
    """What would stand otherwise, the most frequent first, with samples that the person may see."""
    seen, found = samples.shown(user=user, samples=some), []
    for change, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        before, after = change.split(">")
        if before != after:
            found.append(
                {
                    "before": before,
                    "after": after,
                    "before_word": vocabulary.OUTCOME_WORDS[before],
                    "after_word": vocabulary.OUTCOME_WORDS[after],
                    "count": count,
                    "assets": seen.get(change, []),
                }
            )
    return found


def _same(counts: dict[str, int]) -> int:
    """How many would stand as they do."""
    return sum(count for change, count in counts.items() if len(set(change.split(">"))) == 1)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share * 100:g}" if share in {0.0, 1.0} else f"{share * 100:.3g}"


def _policy(request: HttpRequest, policy_id: UUID) -> Policy:
    _require_reader(request)
    found = rights.seen_by(request.user).filter(pk=policy_id).first()
    if found is None:
        raise Http404
    return found


def _require_reader(request: HttpRequest) -> None:
    """403 for those who neither moderate nor manage policies."""
    if not rights.may_read(request.user):
        raise PermissionDenied


urlpatterns = [
    path("policies/", policy_list, name="policies"),
    path("policies/new/", policy_new, name="policy-new"),
    path("policies/<uuid:policy_id>/", policy_page, name="policy"),
    path("policies/<uuid:policy_id>/replays/<uuid:replay_id>/", policy_replay, name="policy-replay"),
]
