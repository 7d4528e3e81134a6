"""The admin of what is kept: find any asset, see its files and its way in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assets import access, delivery
from assets.models import Asset, Collection, GuestLink, Tag, UploadSession, Variant, Visibility
from assets.services import collections, library, quarantine, shelves
from assets.services.state import state_of
from mediaportal.accounts.models import User
from mediaportal.core.admin import PortalAdmin, ReadOnlyAdmin, ReadOnlyTabular, foreign_text
from mediaportal.core.fetching import shown
from mediaportal.core.problems import Problem

_inlines: list[type[Any]] = []


def register_inline(inline: type[Any]) -> None:
    """Add related rows of an upper room to the page of an asset."""
    if inline not in _inlines:
        _inlines.append(inline)


def link_to(url: str) -> str:
    """A link that opens a file beside the admin."""
    return format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', url, _("Open"))


class VariantInline(ReadOnlyTabular):
    """The files made of an asset."""

    model = Variant
    fields = (
        "variant_type",
        "quality",
        "format",
        "size",
        "shown_size",
        "bitrate",
        "duration",
        "status",
        "link",
    )
    readonly_fields = fields
    show_change_link = False
    per_page = 40
    asking: User

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        """With the asset, which a link needs."""
        self.asking = request.user  # type: ignore[assignment]  # staff is signed in
        found: QuerySet[Variant] = super().get_queryset(request)
        return found.select_related("asset")

    @admin.display(description=_("picture"))
    def size(self, variant: Variant) -> str:
        """Width and height in pixels."""
        return f"{variant.width} × {variant.height}" if variant.width else "–"

    @admin.display(description=_("size"))
    def shown_size(self, variant: Variant) -> str:
        """The size in a unit for people."""
        return filesizeformat(variant.file_size)

    @admin.display(description=_("state"))
    def status(self, variant: Variant) -> str:
        """How far its making is."""
        return str(variant.get_processing_status_display())

    @admin.display(description=_("file"))
    def link(self, variant: Variant) -> str:
        """A short-lived link, when the gate has let the bytes through."""
        if not access.can_play(self.asking, variant.asset):
            return "–"
        return link_to(delivery.variant_url(variant, user=self.asking))


class UploadInline(ReadOnlyTabular):
    """The upload that brought an asset in."""

    model = UploadSession
    fields = ("id", "user", "filename", "status", "bytes_received", "bytes_total", "created_at", "error_code")
    readonly_fields = fields


@admin.register(Asset)
class AssetAdmin(PortalAdmin):
    """Any asset by its title, file name, owner, checksum, or the id of it, its job or its upload.

    Statuses and verdicts are to read: they move only by services. Words and visibility change through
    `assets.services.library`, which writes them into the audit log.
    """

    list_display = ("shown_title", "kind", "uploaded_by", "state", "scan_verdict", "publication", "visibility",
                    "shown_size", "created_at")  # fmt: skip
    list_display_links = ("shown_title",)
    list_filter = ("kind", "upload_status", "publication", "scan_verdict", "visibility", "created_at",
                   ("deleted_at", admin.EmptyFieldListFilter))  # fmt: skip
    list_select_related = ("uploaded_by",)
    search_fields = ("title", "original_filename", "uploaded_by__email", "uploaded_by__name", "sha256__startswith",
                     "error_code")  # fmt: skip
    id_fields = ("pk", "job_id", "upload__pk", "variants__pk", "uploaded_by_id")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    actions = ("to_trash", "out_of_trash", "release_scan", "delete_original")
    inlines = (VariantInline, UploadInline)
    fieldsets = (
        (None, {"fields": ("title", "description", "visibility", "state", "reason")}),
        (_("File"), {"fields": ("original_filename", "original", "kind", "mime_type", "shown_size", "sha256",
                                "duration", "width", "height")}),
        (_("Where it stands"), {"fields": ("upload_status", "upload_progress", "scan_verdict", "scan_detail",
                                           "scanned_at", "scan_released_at", "original_removed_at",
                                           "processing_verdict", "policy_verdict", "publication")}),
        (_("Where it is from"), {"fields": ("id", "job_id", "uploaded_by", "created_at", "updated_at",
                                            "deleted_at", "storage_bucket", "storage_key")}),
        (_("Technical metadata"), {"classes": ("collapse",), "fields": ("metadata",)}),
    )  # fmt: skip
    asking: User

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything but words and visibility."""
        return [name for _title, part in self.fieldsets for name in part["fields"]
                if name not in {"title", "description", "visibility"}]  # fmt: skip

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Who may see it: what is offered on the pages."""
        if db_field.name == "visibility":
            kwargs["choices"] = Visibility.offered()
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        """With what upper rooms have added."""
        return [*_inlines, *self.inlines]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A variant's id may find its asset more than once."""
        found, many = super().get_search_results(request, queryset, search_term)
        return found, many or found is not queryset

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Assets come in by upload."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As everywhere: by permission, and by the rule for this one asset; what is in the trash rests."""
        if not super().has_change_permission(request, obj):
            return False
        return not isinstance(obj, Asset) or (obj.deleted_at is None and access.can_change(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Assets go into the trash by an action."""
        return False

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:
        """Change words and visibility by the service."""
        wanted = {name: form.cleaned_data[name] for name in form.changed_data}
        if wanted:
            library.edit(user=request.user, asset=obj, **wanted)

    @admin.action(description=_("Move to the trash"), permissions=["change"])
    def to_trash(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Put each into the trash."""
        self._each(request, queryset, library.trash)

    @admin.action(description=_("Take out of the trash"), permissions=["change"])
    def out_of_trash(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Take each out again."""
        self._each(request, queryset, library.restore)

    @admin.action(description=_("Release what cannot be scanned"), permissions=["change"])
    def release_scan(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Let each through the gate."""
        self._each(request, queryset, quarantine.release)

    @admin.action(description=_("Delete the bytes of infected originals"), permissions=["change"])
    def delete_original(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Delete the bytes of each."""
        self._each(request, queryset, quarantine.delete_original)

    def _each(self, request: HttpRequest, queryset: QuerySet[Asset], act: Callable[..., Any]) -> None:
        done = 0
        for asset in queryset:
            try:
                act(user=request.user, asset=asset)
            except Problem as problem:
                self.message_user(request, f"{asset.title}: {problem.detail}", messages.ERROR)
            else:
                done += 1
        if done:
            said = ngettext("Done for %d asset.", "Done for %d assets.", done) % done
            self.message_user(request, said, messages.SUCCESS)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With who asks, for the link to the original."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.asking = request.user
        return found

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, asset: Asset) -> str:
        """The title as text that somebody wrote."""
        return foreign_text(asset.title)

    @admin.display(description=_("state"))
    def state(self, asset: Asset) -> str:
        """In the words of the pages."""
        word = state_of(asset).label
        return f"{word} ({_('in the trash')})" if asset.deleted_at else word

    @admin.display(description=_("reason"))
    def reason(self, asset: Asset) -> str:
        """Why it failed, when it did."""
        return f"{asset.error_code}: {asset.error_detail}" if asset.error_code else "–"

    @admin.display(description=_("size"), ordering="file_size")
    def shown_size(self, asset: Asset) -> str:
        """The size in a unit for people."""
        return filesizeformat(asset.file_size)

    @admin.display(description=_("original"))
    def original(self, asset: Asset) -> str:
        """A short-lived link, when the gate has let the bytes through."""
        user = getattr(asset, "asking", None)
        if not isinstance(user, User) or not access.can_play(user, asset):
            return "–"
        return link_to(delivery.original_url(asset, user=user))


@admin.register(UploadSession)
class UploadSessionAdmin(ReadOnlyAdmin):
    """Files on their way in, and why one was refused."""

    list_display = ("filename", "user", "status", "bytes_received", "bytes_total", "error_code", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("user",)
    search_fields = ("filename", "user__email", "error_code")
    id_fields = ("pk", "asset_id", "job_id")
    ordering = ("-created_at",)
    # The whole address may hold a secret of whoever named it.
    exclude = ("origin",)
    readonly_fields = ("came_from",)

    @admin.display(description=_("Address or path"))
    def came_from(self, session: UploadSession) -> str:
        """Where the file was taken from, where the portal has taken it itself."""
        fetched = session.source == UploadSession.Source.URL
        return (shown(session.origin) if fetched else session.origin) or "–"


class _ByService(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A form whose change is tried by a service; what the service refuses stands in the form."""

    asking: User

    def clean(self) -> Any:
        """Change the row, all of it or nothing."""
        cleaned = super().clean()
        if not self.errors and self.changed_data:
            try:
                self.change(self.cleaned_data)
            except Problem as problem:
                raise forms.ValidationError(problem.detail) from None
        return cleaned

    def change(self, wanted: dict[str, Any]) -> None:
        """Call the service; raises a `Problem`."""
        raise NotImplementedError


class _PlaceAdmin(PortalAdmin):
    """Rows whose changes go by services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are made on the pages and by uploads."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With who asks."""
        form = super().get_form(request, obj, change, **kwargs)
        form.asking = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form has done it."""


class CollectionForm(_ByService):
    """A collection's name and place."""

    def change(self, wanted: dict[str, Any]) -> None:
        """Rename or move it."""
        parent = wanted["parent"]
        collections.change(
            user=self.asking,
            collection=Collection.objects.get(pk=self.instance.pk),
            name=wanted["name"],
            parent_id=parent.pk if parent else None,
        )


@admin.register(Collection)
class CollectionAdmin(_PlaceAdmin):
    """Collections by name or maker."""

    form = CollectionForm
    fields = ("name", "parent", "created_by", "created_at")
    readonly_fields = ("created_by", "created_at")
    autocomplete_fields = ("parent",)
    list_display = ("name", "parent", "created_by", "created_at")
    list_select_related = ("parent", "created_by")
    search_fields = ("name", "created_by__email")
    ordering = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """On its page, where it is seen what stands in it."""
        return False


class TagForm(_ByService):
    """A tag's name."""

    def change(self, wanted: dict[str, Any]) -> None:
        """Rename it everywhere."""
        shelves.rename_tag(user=self.asking, tag=Tag.objects.get(pk=self.instance.pk), name=wanted["name"])


@admin.register(Tag)
class TagAdmin(_PlaceAdmin):
    """The words that assets are found by."""

    form = TagForm
    fields = ("name", "created_at")
    readonly_fields = ("created_at",)
    list_display = ("name", "created_at")
    search_fields = ("name",)
    ordering = ("name",)

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        """Take it from every asset, written down."""
        shelves.delete_tag(user=request.user, tag=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        """The same for several."""
        for tag in queryset:
            shelves.delete_tag(user=request.user, tag=tag)


@admin.register(GuestLink)
class GuestLinkAdmin(ReadOnlyAdmin):
    """Guest links to look at: they are made, changed and ended on their own pages."""

    list_display = (
        "shown_title",
        "created_by",
        "most_files",
        "most_bytes",
        "expires_at",
        "ended_at",
        "created_at",
    )
    list_display_links = ("shown_title",)
    list_filter = ("created_at", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("created_by",)
    search_fields = ("title", "created_by__email")
    ordering = ("-created_at", "-id")

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, link: GuestLink) -> str:
        """The title as text that somebody wrote."""
        return foreign_text(link.title)
