"""Tests of the template tags of analysis."""
