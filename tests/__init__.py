"""Tests mirror the sources; `functional/` runs the real services."""
