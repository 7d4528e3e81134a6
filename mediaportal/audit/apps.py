"""The audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Registers `mediaportal.audit`."""

    name = "mediaportal.audit"
    label = "audit"
    verbose_name = _("Audit")
