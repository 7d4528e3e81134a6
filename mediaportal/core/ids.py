"""Identifiers: UUID version 7, so that rows made later sort later and indexes stay compact."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """A fresh UUID version 7 (RFC 9562) as the standard library's type."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)
