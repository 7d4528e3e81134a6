"""Any asset, with its files and its upload."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assets import access, delivery
from assets.models import Asset, Caption, Publication, UploadSession, Variant
from assets.querysets import AssetQuerySet
from assets.services import library, quarantine
from assets.services.state import state_of
from mediaportal.accounts.models import User
from mediaportal.core.admin import PortalAdmin, ReadOnlyTabular, foreign_text
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
        "quality_kept",
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

    @admin.display(description="VMAF")
    def quality_kept(self, variant: Variant) -> str:
        """The mean on samples, and the least."""
        found = variant.detail.get("vmaf")
        return f"{found['mean']} (≥ {found['min']})" if found else "–"

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


class CaptionInline(ReadOnlyTabular):
    """The text tracks of an asset."""

    model = Caption
    fields = (
        "kind",
        "language",
        "label",
        "is_default",
        "cues",
        "version",
        "original_filename",
        "original_format",
        "original_encoding",
        "created_by",
        "updated_at",
    )
    readonly_fields = fields


class UploadInline(ReadOnlyTabular):
    """The upload that brought an asset in."""

    model = UploadSession
    fields = ("id", "user", "filename", "status", "bytes_received", "bytes_total", "created_at", "error_code")
    readonly_fields = fields


class PublicationFilter(admin.SimpleListFilter):
    """By publication; what is not to be told of an asset is no filter for it either."""

    title = _("publication")
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Each of them."""
        return list(Publication.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that stand so."""
        wanted = self.value()
        if wanted not in Publication.values:
            return queryset
        found: Any = queryset
        shown: QuerySet[Any] = found.standing(Q(publication=wanted), held=wanted == Publication.HELD)
        return shown


@admin.register(Asset)
class AssetAdmin(PortalAdmin):
    """Any asset by its title, file name, owner, checksum, or the id of it, its job or its upload.

    Statuses and verdicts are to read: they move only by services. Words and visibility change through
    `assets.services.library`, which writes them into the audit log.
    """

    list_display = ("shown_title", "kind", "uploaded_by", "state", "scan_verdict", "shown_publication", "visibility",
                    "shown_size", "created_at")  # fmt: skip
    list_display_links = ("shown_title",)
    list_filter = ("kind", "upload_status", PublicationFilter, "scan_verdict", "visibility", "created_at",
                   ("deleted_at", admin.EmptyFieldListFilter))  # fmt: skip
    list_select_related = ("uploaded_by",)
    search_fields = ("title", "original_filename", "uploaded_by__email", "uploaded_by__name", "sha256__startswith",
                     "error_code")  # fmt: skip
    id_fields = ("pk", "job_id", "upload__pk", "variants__pk", "uploaded_by_id")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    actions = ("to_trash", "out_of_trash", "release_scan", "delete_original")
    inlines = (VariantInline, CaptionInline, UploadInline)
    fieldsets = (
        (None, {"fields": ("title", "description", "visibility", "age_rating", "allow_download", "state", "reason")}),
        (_("File"), {"fields": ("original_filename", "original", "kind", "mime_type", "shown_size", "sha256",
                                "duration", "width", "height")}),
        (_("Where it stands"), {"fields": ("upload_status", "upload_progress", "scan_verdict", "scan_detail",
                                           "scanned_at", "scan_released_at", "original_removed_at",
                                           "processing_verdict", "shown_policy_verdict", "shown_publication")}),
        (_("Where it is from"), {"fields": ("id", "job_id", "uploaded_by", "created_at", "updated_at",
                                            "deleted_at", "storage_bucket", "storage_key")}),
        (_("Technical metadata"), {"classes": ("collapse",), "fields": ("metadata",)}),
    )  # fmt: skip
    asking: User

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything but words, visibility and whether it may be downloaded."""
        return [name for _title, part in self.fieldsets for name in part["fields"]
                if name not in {"title", "description", "visibility", "age_rating", "allow_download"}]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """With what is not to be told of each to who asks."""
        found: AssetQuerySet = super().get_queryset(request)
        return found.veiled_for(request.user)

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
        """Change what may be changed by the service."""
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
        word, trashed = state_of(asset).label, _("in the trash")
        return f"{word} ({trashed})" if asset.deleted_at else word

    @admin.display(description=_("publication"))
    def shown_publication(self, asset: Asset) -> str:
        """Whether it is published, as far as who asks may know."""
        return "–" if asset.veiled else asset.get_publication_display()

    @admin.display(description=_("policy verdict"))
    def shown_policy_verdict(self, asset: Asset) -> str:
        """What policies say, as far as who asks may know."""
        return "–" if asset.veiled else asset.get_policy_verdict_display()

    @admin.display(description=_("reason"))
    def reason(self, asset: Asset) -> str:
        """Why it failed, when it did."""
        if asset.veiled:
            return "–"
        return f"{asset.error_code}: {asset.error_detail}" if asset.error_code else "–"

    @admin.display(description=_("size"), ordering="file_size")
    def shown_size(self, asset: Asset) -> str:
        """The size in a unit for people."""
        return filesizeformat(asset.file_size)

    @admin.display(description=_("original"))
    def original(self, asset: Asset) -> str:
        """A short-lived link, when the gate has let the bytes through."""
        user = getattr(asset, "asking", None)
        if not isinstance(user, User) or not access.can_download(user, asset):
            return "–"
        return link_to(delivery.original_url(asset, user=user))
