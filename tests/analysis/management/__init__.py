"""Tests of processing.management."""
