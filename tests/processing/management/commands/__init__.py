"""Tests of processing.management.commands."""
