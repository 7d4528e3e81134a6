"""The news that `analysis` sends, inside the transaction of the change.

analysis_finished  order      nothing of it is open any longer: each type has its results, or a reason why not
work_matched       match      an asset is alike to a protected work: a `Match` whose `work` is set
"""

from django.dispatch import Signal

analysis_finished = Signal()
work_matched = Signal()
