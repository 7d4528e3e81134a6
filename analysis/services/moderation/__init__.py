"""Moderation: policies judge what is known of an asset, doubt opens a case, and somebody decides."""
