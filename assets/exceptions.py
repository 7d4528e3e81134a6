"""What can go wrong with assets and uploads, each with its stable code."""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from mediaportal.core.problems import Conflict, InvalidInput, NotPermitted, Problem


class FileTooLarge(Problem):
    """The file is larger than `MAX_FILE_SIZE`."""

    status = 413
    code = "file_too_large"
    title = _("The file is too large")


class UnsupportedMediaType(Problem):
    """The bytes are not of a type that the portal takes."""

    status = 415
    code = "unsupported_media_type"
    title = _("This type of file is not accepted")


class DisguisedFile(UnsupportedMediaType):
    """The file is media and something else at once, such as a picture that opens as an archive."""

    code = "disguised_file"
    title = _("This file pretends to be something else")


class EmptyFile(Problem):
    """The file has no bytes."""

    status = 400
    code = "empty_file"
    title = _("The file is empty")


class QuotaExceeded(Problem):
    """The person, or the guest link, has no room left for the file."""

    status = 413
    code = "quota_exceeded"
    title = _("There is not enough room left in your quota")


class ChecksumMismatch(Problem):
    """The bytes are not those whose hash the client named."""

    status = 400
    code = "checksum_mismatch"
    title = _("The file arrived changed: its checksum is not the one that was announced")


class LinkEnded(Problem):
    """The guest link is over, used up, or was ended."""

    status = 410
    code = "guest_link_ended"
    title = _("This upload link has ended")


class ShareLinkEnded(Problem):
    """The share link has expired or was revoked, or what it led to is gone; `reason` tells which."""

    status = 410
    code = "share_link_ended"
    title = _("This link has ended")


class ShareNotReady(Problem):
    """The share link is open, but its file is not published (yet)."""

    status = 404
    code = "share_not_ready"
    title = _("This file is not ready to be watched")


class WrongPassword(NotPermitted):
    """It is not the share link's password."""

    code = "wrong_password"
    title = _("This is not the password")


class NotReleasable(Conflict):
    """Only a file that cannot be scanned waits for a manager's release."""

    code = "not_releasable"
    title = _("This file does not wait for a release")


class OriginalKept(Conflict):
    """Only an original that carries malware is deleted alone."""

    code = "original_kept"
    title = _("The original of this file is kept")


class InvalidOptions(InvalidInput):
    """`metadata` or `processing_options` do not have the right form."""

    code = "invalid_options"
    title = _("The options are not valid")


class UploadBroken(Problem):
    """The request ended before the file did."""

    status = 400
    code = "upload_incomplete"
    title = _("The upload broke off before the file was complete")


class StorageFull(Problem):
    """There is not enough room left for the file."""

    status = 507
    code = "storage_full"
    title = _("There is no room left for this file")


class DirectUploadOff(Conflict):
    """Files do not lie in a bucket, so nothing can go straight there."""

    code = "direct_upload_off"
    title = _("This portal keeps its files itself: send them to it")


class NotArrived(Conflict):
    """The object that was to be sent to the bucket is not there, or not any more the one that was."""

    code = "not_arrived"
    title = _("The file has not arrived yet")


class StorageUnavailable(Problem):
    """The bucket does not answer, or refuses what the portal needs; the log knows why."""

    status = 503
    code = "storage_unavailable"
    title = _("The storage cannot be reached just now")
    headers = MappingProxyType({"Retry-After": "5"})


class MayNotUpload(NotPermitted):
    """The caller's role does not allow uploads."""

    title = _("Your role does not allow uploads")


class UploadsStopped(MayNotUpload):
    """Decisions against what this person has sent count against them: for a while they can send nothing more."""

    code = "uploads_stopped"
    title = _("You cannot send any more files for now")


class CollectionNotEmpty(Conflict):
    """Something still stands in the collection that is to be deleted."""

    code = "collection_not_empty"
    title = _("This collection is not empty")


class OffsetMismatch(Problem):
    """A chunk does not begin where the upload stands."""

    status = 409
    code = "offset_mismatch"
    title = _("The upload does not stand at this offset; ask for it with HEAD")


class UploadGone(Problem):
    """The upload has expired, was refused, or was ended by its client."""

    status = 410
    code = "upload_gone"
    title = _("This upload has ended")


class UploadTerminated(UploadGone):
    """The client ended its upload."""

    code = "upload_terminated"
    title = _("The upload was ended by its client")


class UploadLocked(Problem):
    """Another request is writing to the upload just now."""

    status = 423
    code = "upload_locked"
    title = _("Another request is writing to this upload")
    headers = {"Retry-After": "1"}


class ChunkChanged(ChecksumMismatch):
    """A chunk's bytes are not those of its `Upload-Checksum`; it is thrown away and may be sent again."""

    status = 460
    title = _("The chunk arrived changed and was thrown away; send it again")


class UnsupportedCaption(Problem):
    """The file is none of the forms of captions that are read."""

    status = 415
    code = "unsupported_caption"
    title = _("This is no file of captions that the portal reads")


class EmptyCaption(Problem):
    """The file shows nothing."""

    status = 400
    code = "empty_caption"
    title = _("There are no captions in this file")


class CaptionTooLarge(Problem):
    """The file, one of its lines or of its cues is larger, or there are more of them, than is taken."""

    status = 413
    code = "caption_too_large"
    title = _("This is more than a track of captions holds")


class CaptionUnreadable(Problem):
    """A line of the file cannot be understood; `line` counts from 1."""

    status = 400
    code = "caption_unreadable"
    title = _("This file of captions cannot be read")


class CaptionExists(Conflict):
    """The asset has another track of this kind, language and name."""

    code = "caption_exists"
    title = _("There is a track of this kind, language and name already")


class CaptionChanged(Conflict):
    """Somebody has changed the track since the caller saw it; `version` is the newer one."""

    title = _("Somebody has changed this track meanwhile")


class OnHold(Conflict):
    """Somebody has to keep the asset: until the hold is lifted nothing of it is deleted."""

    code = "on_hold"
    title = _("This file must be kept: it cannot be deleted until the hold on it is lifted")
