"""Tests of the admin of what is understood and moderated."""
