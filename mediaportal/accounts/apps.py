"""The accounts app; after each migration the roles' groups and permissions are brought up to date."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from mediaportal.accounts.roles import sync_roles_after_migrate


class AccountsConfig(AppConfig):
    """Registers `mediaportal.accounts`."""

    name = "mediaportal.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Keep the groups in step with the code."""
        post_migrate.connect(sync_roles_after_migrate, dispatch_uid="accounts.sync_roles")
