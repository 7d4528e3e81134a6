"""The raw ASGI apps through which file bytes come in and go out."""
