"""Tests of analysis.steps."""
