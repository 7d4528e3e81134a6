"""Tests of analysis.engines.local."""
