"""The news that `analysis` sends, inside the transaction of the change.

analysis_finished  order      nothing of it is open any longer: each type has its results, or a reason why not
"""

from django.dispatch import Signal

analysis_finished = Signal()
