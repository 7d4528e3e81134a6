"""The news that `processing` sends. Sent inside the transaction of the change, unless a line says otherwise.

asset_probed   asset
job_changed    job, durable (bool)      durable: a status moved (inside the transaction); otherwise progress only,
                                        outside any transaction and throttled, with `step` and `fraction` set
variant_ready  asset, variant, job
"""

from django.dispatch import Signal

asset_probed = Signal()
job_changed = Signal()
variant_ready = Signal()
