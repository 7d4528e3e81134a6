"""Tests of processing.steps."""
