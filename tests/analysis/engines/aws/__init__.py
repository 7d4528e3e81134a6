"""Tests of the engine at Amazon Web Services."""
