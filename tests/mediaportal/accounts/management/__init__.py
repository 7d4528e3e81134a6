"""Tests of mediaportal.accounts.management."""
