"""The user: signs in by e-mail, has a language and a role."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, Permission, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.roles import STAFF_ROLES, Role
from mediaportal.core.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail and finds them whatever the case of the letters."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of an e-mail address, whatever its case; raises `User.DoesNotExist`."""
        return self.get(email__iexact=username)

    def create_user(
        self, email: str, password: str | None = None, *, role: str = Role.VIEWER, **fields: Any
    ) -> "User":
        """Make a user with a role; without a password the account cannot be signed in to."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.is_staff = user.opens_admin_as(role)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            user.groups.add(_group_of(role))
        return user

    def holding(self, permission: str) -> models.QuerySet["User"]:
        """Every active person who has a permission, named as "app.codename"."""
        app, _dot, codename = permission.partition(".")
        granted = {"codename": codename, "content_type__app_label": app}
        return self.filter(
            models.Q(is_superuser=True)
            | models.Q(groups__in=Group.objects.filter(permissions__in=Permission.objects.filter(**granted)))
            | models.Q(user_permissions__in=Permission.objects.filter(**granted)),
            is_active=True,
        ).distinct()

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator who may do everything, the admin included."""
        return self.create_user(
            email, password, role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True, **fields
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person (or a machine) that uses the portal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    age_limit = models.CharField(
        _("may see up to"),
        max_length=3,
        choices=AgeRating.choices,
        default=AgeRating.EIGHTEEN,
        help_text=_("What is rated for older people is kept from this person."),
    )
    mail_news = models.BooleanField(
        _("news by e-mail too"),
        default=True,
        help_text=_("Decisions about your own files are always sent."),
    )
    link_epoch = models.PositiveIntegerField(
        default=0, help_text=_("Raised to end every signed link made for this person.")
    )
    quota_bytes = models.PositiveBigIntegerField(
        _("room for files, in bytes"), null=True, blank=True, help_text=_("Empty: as much as everybody.")
    )
    created_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def role(self) -> str:
        """The most powerful role among the person's groups, or the empty string."""
        held = {group.name for group in self.groups.all()}
        return next((role for role in reversed(Role.values) if role in held), "")

    def opens_admin_as(self, role: str) -> bool:
        """Whether the way into the admin goes with this role."""
        return self.is_superuser or role in STAFF_ROLES

    @transaction.atomic
    def set_role(self, role: str) -> None:
        """Give the person this role in place of any other; with it comes or goes the way into the admin."""
        roles = Group.objects.filter(name__in=Role.values)
        self.groups.remove(*roles)
        self.groups.add(_group_of(role))
        self.is_staff = self.opens_admin_as(role)
        self.save(update_fields=["is_staff"])
        for known in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
            self.__dict__.pop(known, None)


def _group_of(role: str) -> Group:
    """The group that makes the role; raises `ValueError` for what is no role."""
    return Group.objects.get_or_create(name=Role(role))[0]
