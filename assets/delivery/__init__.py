"""The one way out: signed, short-lived links to files, and the question whether a link is still good.

`tokens` says what a link opens, `addresses` gives links out, and `standings` asks at every use whether it still may.
"""

from assets.delivery.addresses import (
    caption_original_url,
    caption_url,
    expiry,
    file_url,
    longest_life,
    original_url,
    package_url,
    place_url,
    variant_url,
)
from assets.delivery.standings import (
    cut_set_of,
    revoke_asset_links,
    revoke_share_links,
    revoke_user_links,
)

__all__ = [
    "caption_original_url",
    "caption_url",
    "cut_set_of",
    "expiry",
    "file_url",
    "longest_life",
    "original_url",
    "package_url",
    "place_url",
    "revoke_asset_links",
    "revoke_share_links",
    "revoke_user_links",
    "variant_url",
]
