"""Tests of mediaportal.core.management."""
