"""Tests of analysis.engines."""
