"""Tests of analysis.services."""
