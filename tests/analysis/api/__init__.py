"""Tests of analysis.api."""
