"""The admin of what is kept: find any asset, see its files and its way in."""

from assets.admin import assets, deletionholds, guestlinks, places, sharelinks, uploads

__all__ = ["assets", "deletionholds", "guestlinks", "places", "sharelinks", "uploads"]
