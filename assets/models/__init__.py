"""Assets, the variants made of them, the places they stand in, and the uploads that bring them in.

Each status is a column of its own with one meaning, and moves only by a conditional update in a service.
"""

from assets.models.asset import Asset
from assets.models.captions import Caption, CaptionKind
from assets.models.cuts import CutSet
from assets.models.holds import DeletionHold
from assets.models.leftover import Leftover
from assets.models.places import Collection, GuestLink, Tag
from assets.models.sharing import ShareLink, Watermark
from assets.models.upload import UploadSession
from assets.models.variant import Variant, VariantStatus, VariantType
from assets.models.verdicts import (
    Block,
    Hold,
    Kind,
    PolicyVerdict,
    ProcessingVerdict,
    Publication,
    ScanVerdict,
    UploadStatus,
    Visibility,
)
from assets.models.viewing import RetentionCell, ViewDay, WatchPosition
from assets.models.words import AssetWords

__all__ = [
    "Asset",
    "AssetWords",
    "Block",
    "Caption",
    "CaptionKind",
    "Collection",
    "CutSet",
    "DeletionHold",
    "GuestLink",
    "Hold",
    "Kind",
    "Leftover",
    "PolicyVerdict",
    "ProcessingVerdict",
    "Publication",
    "RetentionCell",
    "ScanVerdict",
    "ShareLink",
    "Tag",
    "UploadSession",
    "UploadStatus",
    "Variant",
    "VariantStatus",
    "VariantType",
    "ViewDay",
    "Visibility",
    "WatchPosition",
    "Watermark",
]
