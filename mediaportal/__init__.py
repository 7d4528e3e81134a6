"""Mediaportal: the project package. The Celery app is loaded with it, so that tasks find their broker."""

from mediaportal.celery import app as celery_app

__all__ = ["celery_app"]
