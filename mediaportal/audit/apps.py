"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers `mediaportal.audit`."""

    name = "mediaportal.audit"
    label = "audit"
