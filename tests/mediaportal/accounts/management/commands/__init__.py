"""Tests of mediaportal.accounts.management.commands."""
