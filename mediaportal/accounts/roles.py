"""The five roles, each a Django group, and the permissions that each of them brings.

A role holds everything of the one before it.
"""

from typing import Any

from django.apps import apps as installed_apps
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The roles, from the least to the most powerful."""

    VIEWER = "viewer", _("Viewer")
    CONTRIBUTOR = "contributor", _("Contributor")
    MODERATOR = "moderator", _("Moderator")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


# Who may open the admin; what they find there follows their permissions.
STAFF_ROLES = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

# What each role adds to the one before it, as "app.codename".
ROLE_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.VIEWER: (
        "assets.view_asset",
        "assets.view_variant",
        "assets.view_caption",
        "assets.view_collection",
        "assets.view_tag",
    ),
    Role.CONTRIBUTOR: ("assets.add_asset", "assets.add_collection"),
    Role.MODERATOR: (
        "assets.see_all_assets",
        "processing.view_job",
        "processing.view_step",
        "analysis.view_order",
        "analysis.view_analysis",
        "analysis.view_moment",
        "analysis.review_cases",
        "analysis.view_case",
        "analysis.view_decision",
        "analysis.view_policy",
        "analysis.view_policyversion",
    ),
    Role.MANAGER: (
        "assets.manage_all_assets",
        "assets.change_asset",
        "assets.delete_asset",
        "processing.change_job",
        "processing.view_package",
        "processing.view_contentkey",
        "assets.view_uploadsession",
        "assets.manage_guest_links",
        "assets.add_guestlink",
        "assets.view_guestlink",
        "assets.change_guestlink",
        "assets.delete_guestlink",
        "assets.view_sharelink",
        "assets.change_collection",
        "assets.delete_collection",
        "assets.add_tag",
        "assets.change_tag",
        "assets.delete_tag",
        "processing.add_preset",
        "processing.view_preset",
        "processing.change_preset",
        "processing.delete_preset",
        "assets.hold_deletion",
        "assets.view_deletionhold",
        "analysis.review_senior",
        "analysis.review_restricted",
        "analysis.see_moderation_stats",
        "analysis.view_report",
        "analysis.view_appeal",
        "analysis.view_strike",
        "analysis.view_batch",
        "analysis.manage_policies",
        "analysis.view_replay",
        "analysis.view_judgement",
        "analysis.manage_people",
        "analysis.view_person",
        "analysis.view_personconsent",
        "analysis.view_personpicture",
        "analysis.view_faceexpense",
        "analysis.view_faceremoval",
        "analysis.add_collectionsetting",
        "analysis.view_collectionsetting",
        "analysis.change_collectionsetting",
        "analysis.delete_collectionsetting",
        "audit.view_entry",
    ),
    Role.ADMINISTRATOR: (
        "accounts.add_user",
        "accounts.change_user",
        "accounts.delete_user",
        "accounts.view_user",
        "analysis.manage_hash_lists",
        "analysis.view_hashlist",
        "analysis.view_hashentry",
        "notifications.view_event",
        "notifications.view_notification",
    ),
}


def permissions_of(role: str) -> set[str]:
    """Every permission of a role as "app.codename", with those of the roles below it."""
    found: set[str] = set()
    for name in Role.values:
        found.update(ROLE_PERMISSIONS[name])
        if name == role:
            return found
    raise ValueError(f"unknown role {role!r}")


def sync_roles() -> None:
    """Create the groups and give each exactly the permissions of its role that exist so far."""
    group_model = installed_apps.get_model("auth", "Group")
    permission_model = installed_apps.get_model("auth", "Permission")
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in permission_model.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for role in Role.values:
        group, _made = group_model.objects.get_or_create(name=role)
        group.permissions.set([known[name] for name in permissions_of(role) if name in known])


def sync_roles_after_migrate(*, app_config: Any, **_kwargs: Any) -> None:
    """Receiver of `post_migrate`, which is sent for one app after the other: the last one finds every permission."""
    last = [config for config in installed_apps.get_app_configs() if config.models_module][-1]
    if app_config == last:
        sync_roles()
