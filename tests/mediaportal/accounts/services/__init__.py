"""Tests of mediaportal.accounts.services."""
