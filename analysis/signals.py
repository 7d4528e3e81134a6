"""The news that `analysis` sends, inside the transaction of the change.

analysis_finished  order      nothing of it is open any longer: each type has its results, or a reason why not
moments_changed    asset      somebody has corrected what was found in it, or chosen what is shown
work_matched       match      an asset is alike to a protected work: a `Match` whose `work` is set
fingerprint_compared  asset    it was compared with the library and the hash lists
case_opened        case       somebody has to look at an asset
case_decided       case, decision  what holds for its asset was decided
case_undone        case, decision  whoever decided has taken it back at once
case_changed       case       somebody claimed it, renewed or released it, or has lost it; nothing was decided
case_mentioned     comment, people  who moderates has named others in a comment
appeal_decided     appeal     somebody else has looked at it again
decision_settled   case, decision  what was decided holds, and cannot be undone any more: people may be told
report_answered    report     what somebody has reported was decided on
strike_lifted      strike     somebody has taken a strike back
"""

from django.dispatch import Signal

analysis_finished = Signal()
moments_changed = Signal()
work_matched = Signal()
fingerprint_compared = Signal()
case_opened = Signal()
case_decided = Signal()
case_undone = Signal()
case_changed = Signal()
case_mentioned = Signal()
appeal_decided = Signal()
decision_settled = Signal()
report_answered = Signal()
strike_lifted = Signal()
