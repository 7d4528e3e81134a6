"""Tests of processing.api."""
