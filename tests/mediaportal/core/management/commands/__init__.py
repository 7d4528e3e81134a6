"""Tests of mediaportal.core.management.commands."""
