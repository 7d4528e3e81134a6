"""The REST API of processing."""
