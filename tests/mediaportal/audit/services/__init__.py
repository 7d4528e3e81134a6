"""Tests of mediaportal.audit.services."""
