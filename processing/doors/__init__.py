"""Raw ASGI apps: what carries bytes in for the work."""
