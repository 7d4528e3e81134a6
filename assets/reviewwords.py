"""What the scripts of the review pages say; see `assets.words`."""

from django.utils.translation import gettext, ngettext

from assets.plurals import Forms, forms


def queue_words() -> dict[str, str | Forms]:
    """What the list of cases says while many are decided at once."""
    return {
        "queue.chosen": forms(lambda n: ngettext("{n} case chosen", "{n} cases chosen", n)),
        "queue.matching": forms(
            lambda n: ngettext("All that match: up to {n} case", "All that match: up to {n} cases", n)
        ),
        "queue.changed": gettext("The list has changed."),
        "queue.code.ok": forms(lambda n: ngettext("{n} can be decided", "{n} can be decided", n)),
        "queue.code.case_taken": forms(
            lambda n: ngettext("{n} is with somebody else", "{n} are with somebody else", n)
        ),
        "queue.code.case_decided": forms(
            lambda n: ngettext("{n} has been decided already", "{n} have been decided already", n)
        ),
        "queue.code.own_upload": forms(
            lambda n: ngettext("{n} is of your own upload", "{n} are of your own uploads", n)
        ),
        "queue.code.looked_before": forms(
            lambda n: ngettext("{n} waits for somebody else's look", "{n} wait for somebody else's look", n)
        ),
        "queue.code.other_queue": forms(
            lambda n: ngettext("{n} stands in a queue of others", "{n} stand in queues of others", n)
        ),
        "queue.code.nobody_above": forms(
            lambda n: ngettext("{n} cannot be escalated further", "{n} cannot be escalated further", n)
        ),
        "queue.code.not_found": forms(
            lambda n: ngettext("{n} is not there any more", "{n} are not there any more", n)
        ),
        "queue.effect.published": forms(lambda n: ngettext("{n} goes live", "{n} go live", n)),
        "queue.effect.held": forms(lambda n: ngettext("{n} is held", "{n} are held", n)),
        "queue.effect.blocked": forms(lambda n: ngettext("{n} is blocked", "{n} are blocked", n)),
        "queue.effect.restricted": forms(
            lambda n: ngettext("{n} is shown to fewer people", "{n} are shown to fewer people", n)
        ),
        "queue.effect.nothing": forms(lambda n: ngettext("{n} stays as it is", "{n} stay as they are", n)),
        "queue.effect.hidden": forms(
            lambda n: ngettext("{n} is told after the second look", "{n} are told after the second look", n)
        ),
        "queue.decide": forms(lambda n: ngettext("Decide on {n} case", "Decide on {n} cases", n)),
        "queue.deciding": gettext("Decided {done} of {total}"),
        "queue.undoing": gettext("Taken back {done} of {total}"),
        "queue.decided": forms(lambda n: ngettext("{n} case decided.", "{n} cases decided.", n)),
        "queue.failed": forms(
            lambda n: ngettext("{n} could not be decided.", "{n} could not be decided.", n)
        ),
        "queue.undone": forms(lambda n: ngettext("{n} decision taken back.", "{n} decisions taken back.", n)),
        "queue.kept": forms(
            lambda n: ngettext("{n} could not be taken back.", "{n} could not be taken back.", n)
        ),
        "queue.undoFor": gettext("Undo ({seconds} s)"),
    }


def review_words() -> dict[str, str | Forms]:
    """What the page of a case says."""
    return {
        "review.left": gettext("{time} left"),
        "review.overdue": gettext("{time} overdue"),
        "review.opened": gettext("Case: {title}"),
        "review.moment": gettext("Moment {place} of {of}: {words}"),
        "review.mine": gettext("This case is with you"),
        "review.free": gettext("Nobody has this case"),
        "review.taken": gettext("This case was taken by {name}"),
        "review.lost": gettext("This case is not with you any more"),
        "review.over": gettext("This case is decided or closed"),
        "review.barred": gettext("This case is for others to decide"),
        "review.notYours": gettext("Claim this case first"),
        "review.decideFirst": gettext("Decide on this case, or put it back"),
        "review.noAct": gettext("Choose what is to be done."),
        "review.noReason": gettext("Choose a reason."),
        "review.badRegion": gettext("Two letters for each region, such as SA."),
        "review.noRestriction": gettext(
            "Say what is restricted: the age, who may see it, regions, or parts."
        ),
        "review.cutFrom": gettext("A part begins at {at}"),
        "review.cutAdded": gettext("{part} is to be taken out"),
        "review.cutDrop": gettext("Leave {part} in"),
        "review.cutShort": gettext("A part needs to be longer."),
        "review.decided": gettext("{act}: {title}"),
        "review.undone": gettext("Your decision is taken back, and the case is with you again"),
        "review.come": gettext("A case has come."),
        "review.onlyThat": gettext("Only the case that you have put back is waiting."),
        "review.looked": forms(
            lambda n: ngettext(
                "{n} case · {time} · {bare} uncovered", "{n} cases · {time} · {bare} uncovered", n
            )
        ),
        "review.breakDue": forms(
            lambda n: ngettext(
                "You have looked at {n} case for {time} since your last break.",
                "You have looked at {n} cases for {time} since your last break.",
                n,
            )
        ),
        "review.people": forms(lambda n: ngettext("{n} name to choose", "{n} names to choose", n)),
        "review.said": gettext("The comment is kept"),
    }
