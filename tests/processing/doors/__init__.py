"""Tests of processing.doors."""
