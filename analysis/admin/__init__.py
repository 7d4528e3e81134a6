"""The admin of what is understood and moderated: rows to look at, made by services."""

from analysis.admin import hashlists, moderation, policies, understood

__all__ = ["hashlists", "moderation", "policies", "understood"]
