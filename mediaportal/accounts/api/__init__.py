"""Signing programs in, and what a person may know and change of themselves."""
