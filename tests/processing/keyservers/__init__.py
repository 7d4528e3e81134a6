"""Tests of processing.keyservers."""
