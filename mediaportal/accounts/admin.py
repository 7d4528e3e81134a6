"""The admin of people: who they are, their role, and whether they may come in."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role
from mediaportal.accounts.services import people
from mediaportal.core.admin import PortalAdmin, foreign_text

admin.site.unregister(Group)  # the groups are the roles, and stand in the code


class _RoleField(forms.ChoiceField):
    """One of the five roles."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Role.choices, label=_("role"), **kwargs)


class NewPersonForm(UserCreationForm):
    """A new account with its role."""

    role = _RoleField(initial=Role.VIEWER)

    class Meta:
        model = User
        fields = ("email", "name", "language")


class PersonForm(UserChangeForm):
    """An account and its role. Nobody changes their own role or switches themselves off."""

    role = _RoleField()
    asking: User  # set by the admin for each request

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_active", "quota_bytes", "age_limit")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].initial = self.instance.role

    def clean(self) -> dict[str, Any]:
        """Refuse what would lock oneself out."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk == self.asking.pk:
            if found.get("role", self.instance.role) != self.instance.role:
                raise ValidationError({"role": _("You cannot change your own role.")})
            if found.get("is_active") is False:
                raise ValidationError({"is_active": _("You cannot switch off your own account.")})
        return found


class _HasRole(admin.SimpleListFilter):
    """People by role."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The roles."""
        return list(Role.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Those in the role's group."""
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class PersonAdmin(DjangoUserAdmin, PortalAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """People. Roles change through `accounts.services.people`; only a superuser may touch a superuser."""

    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "shown_name", "shown_role", "is_active", "is_staff", "last_login", "created_at")
    list_filter = (_HasRole, "is_active", "created_at")
    list_display_links = ("email",)
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("is_staff", "is_superuser", "last_login", "created_at")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "password")}),
        (
            _("What they may do"),
            {"fields": ("role", "is_active", "quota_bytes", "age_limit", "is_staff", "is_superuser")},
        ),
        (_("Dates"), {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("email", "name", "language", "role", "password1", "password2")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the groups, which tell the role."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who asks; a class of its own for each request."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"asking": request.user})

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only a superuser may touch a superuser."""
        allowed = bool(super().has_change_permission(request, obj))
        if not isinstance(obj, User) or not isinstance(request.user, User):
            return allowed
        return allowed and people.may_manage(actor=request.user, user=obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The same, and nobody deletes themselves."""
        allowed = bool(super().has_delete_permission(request, obj))
        if not isinstance(obj, User) or not isinstance(request.user, User):
            return allowed
        return allowed and obj.pk != request.user.pk and people.may_manage(actor=request.user, user=obj)

    def get_actions(self, request: HttpRequest) -> Any:
        """No deletion of many at once: it would not ask about each."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the account, then give the role."""
        super().save_model(request, obj, form, change)
        if change and "quota_bytes" in form.changed_data and isinstance(request.user, User):
            people.note_quota(actor=request.user, user=obj, before=form.initial.get("quota_bytes"))
        if change and "age_limit" in form.changed_data and isinstance(request.user, User):
            people.note_age_limit(actor=request.user, user=obj, before=str(form.initial.get("age_limit")))
        role = form.cleaned_data.get("role")
        if role and isinstance(request.user, User):
            if change:
                people.change_role(actor=request.user, user=obj, role=role)
            else:
                obj.set_role(role)

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, user: User) -> str:
        """The name as text that somebody wrote."""
        return foreign_text(user.name) if user.name else "–"

    @admin.display(description=_("role"))
    def shown_role(self, user: User) -> str:
        """The role in the reader's language."""
        return str(dict(Role.choices).get(user.role, "–"))
