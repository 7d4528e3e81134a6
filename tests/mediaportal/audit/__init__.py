"""Tests of mediaportal.audit."""
