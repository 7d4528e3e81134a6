"""The REST API of assets."""
