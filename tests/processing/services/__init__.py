"""Tests of processing.services."""
