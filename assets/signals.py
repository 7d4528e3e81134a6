"""The news that `assets` sends. Every signal is sent inside the transaction of the change, with `sender=Asset`
(or `UploadSession`), and names its arguments here. Receivers do one thing and never decide an order.

upload_progressed  session_id, user_id, bytes_received, bytes_total       throttled; outside a transaction
upload_failed      session_id, code, detail                               refused, broken off or ended before acceptance
asset_stored       asset, options (dict of the upload's processing options), user, began_at (first byte)
asset_rejected     asset, code, detail                                    refused by the gate
asset_held         asset                                                  processed, but the verdicts do not agree
asset_published    asset
asset_blocked      asset
asset_removed      asset, user                                            moved to the trash by somebody
asset_released     asset, user                                            what a guest link or the staff held was let go
bytes_read         asset                                                  what came into a bucket has its SHA-256 now
scan_released      asset, user                                            a manager lets through what cannot be scanned
words_changed      asset_ids                                              a title, a description or tags are others now
captions_changed   asset                                                  a text track came, went, or was changed
access_changed     asset                                                  owner, visibility or publication moved
"""

from django.dispatch import Signal

upload_progressed = Signal()
upload_failed = Signal()
asset_stored = Signal()
asset_rejected = Signal()
asset_held = Signal()
asset_published = Signal()
asset_blocked = Signal()
asset_removed = Signal()
asset_released = Signal()
bytes_read = Signal()
scan_released = Signal()
words_changed = Signal()
captions_changed = Signal()
access_changed = Signal()
