"""Factories of the tests: people, assets, variants, uploads. Each makes rows that satisfy every constraint."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import factory
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from assets.models import Asset, Collection, GuestLink, ShareLink, UploadSession, Variant
from assets.services import uploads, wording
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role
from mediaportal.core.ids import new_id
from processing.models import Package

PASSWORD = "correct horse battery staple"


Row_co = TypeVar("Row_co", covariant=True)


class Maker(Protocol[Row_co]):
    """A factory as type checkers see it: calling it makes a row."""

    def __call__(self, **traits: Any) -> Row_co:
        """Make a row in the database."""
        ...

    def build(self, **traits: Any) -> Row_co:
        """Make a row that is not saved."""
        ...

    def create_batch(self, size: int, **traits: Any) -> list[Any]:
        """Make several rows."""
        ...


def put_file(key: str, content: bytes) -> None:
    """Lay bytes in the default storage under exactly this key."""
    if default_storage.exists(key):
        default_storage.delete(key)
    assert default_storage.save(key, ContentFile(content)) == key


def put_part(upload_id: Any, content: bytes) -> Path:
    """Lay bytes where those of an upload lie while they come."""
    path = uploads.part_path(upload_id)
    path.write_bytes(content)
    return path


class _UserFactory(factory.django.DjangoModelFactory[User]):
    """A person with a role: `UserFactory(role="manager")`; the password is `PASSWORD`."""

    class Meta:
        model = User

    class Params:
        inactive = factory.Trait(is_active=False)

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.CONTRIBUTOR
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        email, password, role = kwargs.pop("email"), kwargs.pop("password"), kwargs.pop("role")
        return model_class.objects.create_user(email, password, role=role, **kwargs)


class _AssetFactory(factory.django.DjangoModelFactory[Asset]):
    """A video that is in work. Traits tell how far it is: `published`, `passed_gate`, `failed`, `infected`, `blocked`,
    `trashed`; `audio` and `image` change its kind; `content=b"…"` lays its original in the storage.
    """

    class Meta:
        model = Asset
        skip_postgeneration_save = True

    class Params:
        stem = factory.Sequence(lambda n: f"clip{n}")
        extension = "mp4"
        audio = factory.Trait(kind="audio", mime_type="audio/mpeg", extension="mp3", width=None, height=None)
        image = factory.Trait(kind="image", mime_type="image/png", extension="png", duration=None)
        passed_gate = factory.Trait(scan_verdict="unscanned", metadata={"probed": True})
        published = factory.Trait(
            passed_gate=True,
            processing_verdict="done",
            publication="published",
            upload_status="completed",
            upload_progress=100,
            visibility="internal",
        )
        failed = factory.Trait(
            processing_verdict="failed",
            upload_status="failed",
            error_code="corrupt_media",
            error_detail="The file ends in the middle.",
        )
        infected = factory.Trait(
            scan_verdict="infected",
            scan_detail="Eicar-Test-Signature",
            processing_verdict="failed",
            publication="blocked",
            upload_status="failed",
            error_code="malware_found",
            error_detail="The file carries malware.",
        )
        blocked = factory.Trait(
            passed_gate=True,
            processing_verdict="done",
            policy_verdict="block",
            publication="blocked",
            upload_status="completed",
        )
        trashed = factory.Trait(deleted_at=factory.LazyFunction(timezone.now))

    id = factory.LazyFunction(new_id)
    kind = "video"
    title = factory.LazyAttribute(lambda o: o.stem.capitalize())
    original_filename = factory.LazyAttribute(lambda o: f"{o.stem}.{o.extension}")
    mime_type = "video/mp4"
    file_size = 1_048_576
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(str(o.id).encode()).hexdigest())
    storage_bucket = factory.LazyFunction(lambda: settings.MEDIA_BUCKET)
    storage_key = factory.LazyAttribute(lambda o: f"{asset_folder(o.id)}/original/{o.original_filename}")
    uploaded_by = factory.SubFactory(_UserFactory)
    duration = 6.0
    width = 640
    height = 360
    upload_status = "processing"
    policy_verdict = "pass"
    blocks = factory.LazyAttribute(lambda o: ["decision"] if o.policy_verdict == "block" else [])

    @factory.lazy_attribute
    def holds(self: Any) -> list[str]:
        """Why it is held, where it is."""
        held = self.policy_verdict == "review"
        return ["guest" if getattr(self, "guest_link", None) else "hand"] if held else []

    @factory.post_generation
    def words(self: Asset, create: bool, _extracted: Any, **_kwargs: Any) -> None:
        """Let it be found by its title and the like."""
        if create:
            wording.index([self.pk])

    @factory.post_generation
    def content(self: Asset, create: bool, extracted: bytes | None, **_kwargs: Any) -> None:
        """Lay the original's bytes in the storage, and make the row agree with them."""
        if create and extracted is not None:
            put_file(self.storage_key, extracted)
            self.file_size, self.sha256 = len(extracted), hashlib.sha256(extracted).hexdigest()
            self.save(update_fields=["file_size", "sha256"])


class _VariantFactory(factory.django.DjangoModelFactory[Variant]):
    """A 360p rendition. Traits: `poster`, `thumbnail`, `waveform`, `hls`, `dash`, `sidecar`; `content=b"…"` lays its
    file in the storage.
    """

    class Meta:
        model = Variant
        skip_postgeneration_save = True

    class Params:
        folder = "renditions"
        poster = factory.Trait(
            variant_type="poster",
            format="webp",
            mime_type="image/webp",
            quality="640w",
            folder="stills",
            filename="poster.webp",
            bitrate=None,
            duration=None,
        )
        thumbnail = factory.Trait(
            variant_type="thumbnail",
            format="webp",
            mime_type="image/webp",
            quality="320w",
            folder="stills",
            filename=factory.Sequence(lambda n: f"thumbnail{n}.webp"),
            timestamp=factory.Sequence(float),
            bitrate=None,
            duration=None,
        )
        waveform = factory.Trait(
            variant_type="waveform",
            format="json",
            mime_type="application/json",
            quality="",
            folder="sound",
            filename="waveform.json",
            bitrate=None,
            width=None,
            height=None,
        )
        hls = factory.Trait(
            variant_type="manifest",
            format="hls",
            mime_type="application/vnd.apple.mpegurl",
            quality="",
            folder="cmaf",
            filename="master.m3u8",
            bitrate=None,
            width=None,
            height=None,
        )
        dash = factory.Trait(
            variant_type="manifest",
            format="dash",
            mime_type="application/dash+xml",
            quality="",
            folder="cmaf",
            filename="manifest.mpd",
            bitrate=None,
            width=None,
            height=None,
        )
        sidecar = factory.Trait(
            variant_type="metadata",
            format="json",
            mime_type="application/json",
            quality="",
            folder="metadata",
            filename="metadata.json",
            bitrate=None,
            width=None,
            height=None,
        )

    id = factory.LazyFunction(new_id)
    asset = factory.SubFactory(_AssetFactory, published=True)
    variant_type = "rendition"
    format = "mp4"
    quality = "360p"
    width = 640
    height = 360
    bitrate = 500_000
    duration = 6.0
    filename = factory.LazyAttribute(
        lambda o: f"{o.asset.original_filename.rsplit('.', 1)[0]}_{o.quality}.mp4"
    )
    storage_bucket = factory.LazyFunction(lambda: settings.MEDIA_BUCKET)
    storage_key = factory.LazyAttribute(lambda o: f"{asset_folder(o.asset.id)}/{o.folder}/{o.filename}")
    mime_type = "video/mp4"
    file_size = 65_536

    @factory.post_generation
    def content(self: Variant, create: bool, extracted: bytes | None, **_kwargs: Any) -> None:
        """Lay the variant's bytes in the storage, and make the row agree with them."""
        if create and extracted is not None:
            put_file(self.storage_key, extracted)
            self.file_size, self.checksum = len(extracted), hashlib.sha256(extracted).hexdigest()
            self.save(update_fields=["file_size", "checksum"])


class _UploadSessionFactory(factory.django.DjangoModelFactory[UploadSession]):
    """An upload whose bytes are on their way."""

    class Meta:
        model = UploadSession

    user = factory.SubFactory(_UserFactory)
    filename = factory.Sequence(lambda n: f"upload{n}.mp4")
    bytes_total = 1_000


class _CollectionFactory(factory.django.DjangoModelFactory[Collection]):
    """A collection at the top."""

    class Meta:
        model = Collection

    name = factory.Sequence(lambda n: f"Collection {n}")
    created_by = factory.SubFactory(_UserFactory)


class _GuestLinkFactory(factory.django.DjangoModelFactory[GuestLink]):
    """A link that takes everything for a week."""

    class Meta:
        model = GuestLink

    title = factory.Sequence(lambda n: f"Link {n}")
    created_by = factory.SubFactory(_UserFactory, role=Role.MANAGER)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class _ShareLinkFactory(factory.django.DjangoModelFactory[ShareLink]):
    """A link to a published asset that nobody but its owner sees otherwise. Traits: `expired`, `revoked`."""

    class Meta:
        model = ShareLink

    class Params:
        expired = factory.Trait(
            expires_at=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1))
        )
        revoked = factory.Trait(revoked_at=factory.LazyFunction(timezone.now))

    asset = factory.SubFactory(_AssetFactory, published=True, visibility="private")
    created_by = factory.LazyAttribute(lambda o: o.asset.uploaded_by)
    title = factory.Sequence(lambda n: f"Client {n}")


class _PackageFactory(factory.django.DjangoModelFactory[Package]):
    """An encrypted streaming set that is ready; its keys are made by `keys.provide`."""

    class Meta:
        model = Package

    asset = factory.SubFactory(_AssetFactory, published=True)
    scheme = "cbcs"
    formats = factory.LazyFunction(lambda: ["hls", "dash"])
    ready_at = factory.LazyFunction(timezone.now)
    # Where `VariantFactory` lays manifests.
    prefixes = factory.LazyAttribute(lambda made: [f"{asset_folder(made.asset.pk)}/cmaf"])


UserFactory = cast("Maker[User]", _UserFactory)
AssetFactory = cast("Maker[Asset]", _AssetFactory)
VariantFactory = cast("Maker[Variant]", _VariantFactory)
UploadSessionFactory = cast("Maker[UploadSession]", _UploadSessionFactory)
CollectionFactory = cast("Maker[Collection]", _CollectionFactory)
GuestLinkFactory = cast("Maker[GuestLink]", _GuestLinkFactory)
PackageFactory = cast("Maker[Package]", _PackageFactory)
ShareLinkFactory = cast("Maker[ShareLink]", _ShareLinkFactory)
