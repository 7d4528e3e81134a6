"""Commands of the assets app."""
