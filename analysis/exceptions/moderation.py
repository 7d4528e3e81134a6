"""What can be wrong in moderation: each has a stable `code` and a sentence."""

from django.utils.translation import gettext_lazy as _

from mediaportal.core.problems import Conflict, NotFound


class LeaseGone(Conflict):
    """The case is not with this person any more: it was released, or somebody else has it."""

    code = "lease_lost"
    title = _("This case is not with you any more")


class CaseDecided(Conflict):
    """Somebody has decided on it in the meantime, or it was closed."""

    code = "case_decided"
    title = _("This case has been decided already")


class CaseTaken(Conflict):
    """Somebody else is looking at it."""

    code = "case_taken"
    title = _("Somebody else is looking at this case")


class TooLate(Conflict):
    """The time in which it could be undone, or appealed, is over."""

    code = "too_late"
    title = _("It is too late for this")


class NothingWaiting(NotFound):
    """There is no case that this person may take."""

    code = "nothing_waiting"
    title = _("No case is waiting for you")


class OwnAsset(Conflict):
    """Nobody reports what is their own: they can change it, or put it into the trash."""

    code = "own_asset"
    title = _("This file is your own")


class ReportAnswered(Conflict):
    """This person has reported the asset for this reason not long ago, and was told what came of it."""

    code = "report_answered"
    title = _("Somebody has looked at your report of this already")


class NotAppealable(Conflict):
    """What holds for the case is nothing that its owner could appeal against, or the last word was spoken."""

    code = "not_appealable"
    title = _("There is no decision that could be appealed against")


class AlreadyAppealed(Conflict):
    """A decision is appealed against once."""

    code = "already_appealed"
    title = _("You have appealed against this decision already")


class CaseOpen(Conflict):
    """Somebody looks at it as it is: the case, or another one of the same asset and policy, is open."""

    code = "case_open"
    title = _("This is being looked at already")


class StaleVersion(Conflict):
    """Somebody has written a newer version of the policy since the caller saw it; `version` is its number."""

    code = "stale_version"
    title = _("Somebody has changed this policy meanwhile")


class MatchesEverything(Conflict):
    """The policy would be against most of what there is: `count` of `total` assets. It is done when it is confirmed."""

    code = "matches_everything"
    title = _("This policy would be against most of the library")


class ReplayRunning(Conflict):
    """One replay at a time is made of a policy; `replay` is the id of the one that runs."""

    code = "replay_running"
    title = _("A replay of this policy is running already")


class PolicyInUse(Conflict):
    """It comes with the portal, or there are cases of it."""

    code = "policy_in_use"
    title = _("This policy cannot be deleted; switch it off instead")


class HashListExists(Conflict):
    """There is another hash list of this name."""

    code = "hash_list_exists"
    title = _("There is a hash list of this name already")
