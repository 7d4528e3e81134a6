"""What can be wrong with a medium or with a job: each has a stable `code` and a sentence that a person understands.

Sentences are kept in English and said in the reader's language when they are shown.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assets.exceptions import ChecksumMismatch, DisguisedFile
from mediaportal.core.problems import Conflict


class MediaError(Exception):
    """The file cannot be processed, and trying again would not help. Subclasses fix `code` and `sentence`."""

    code = "corrupt_media"
    sentence = gettext_noop("The file cannot be processed.")

    def __init__(self, log: str = "") -> None:
        """Keep the end of what the program said, for the operator."""
        super().__init__(self.sentence)
        self.log = log


class CorruptMedia(MediaError):
    """The bytes are damaged, cut off, or not what they claim to be."""

    code = "corrupt_media"
    sentence = gettext_noop("The file is damaged or incomplete and cannot be read to its end.")


class ContainerMismatch(MediaError):
    """The streams belong to another container than the one that the file begins with."""

    code = "container_mismatch"
    sentence = gettext_noop("The file begins as one type, but is of another one inside.")


class UnknownCodec(MediaError):
    """There is no decoder for what is inside."""

    code = "unsupported_codec"
    sentence = gettext_noop("The file is encoded in a way that cannot be read here.")


class EmptyMedia(MediaError):
    """There is a header but nothing to see or to hear."""

    code = "empty_media"
    sentence = gettext_noop("The file contains nothing that could be seen or heard.")


class ImageTooLarge(MediaError):
    """More pixels than the portal is willing to unfold."""

    code = "image_too_large"
    sentence = gettext_noop("The image has too many pixels.")


class EncodingFailed(MediaError):
    """What was made is not what was asked for; the source may be damaged in the middle."""

    code = "encoding_failed"
    sentence = gettext_noop("The file could not be converted; it may be damaged in the middle.")


class KeyMissing(MediaError):
    """A package is to be encrypted with a key of its caller, and none came."""

    code = "key_missing"
    sentence = gettext_noop("The key to encrypt with was not given.")


class MarkMissing(MediaError):
    """The image of the recipe's watermark is not there any more."""

    code = "watermark_missing"
    sentence = gettext_noop("The image of the watermark is not there any more.")


class NoFrames(MediaError):
    """None of the wanted frames could be decoded."""

    code = "no_frames"
    sentence = gettext_noop("No frame of this film could be taken.")


class FramesFailed(MediaError):
    """A program did not come to its end with the film."""

    code = "processing_failed"
    sentence = gettext_noop("A program that works on the file failed.")


class WorkerTrouble(MediaError):
    """The machine had no room, or something else that it needs, also at the last try."""

    code = "worker_trouble"
    sentence = gettext_noop("The machine could not carry out this step.")


class KeysRefused(MediaError):
    """The key server gives no keys, or its answer is not what was asked for."""

    code = "keys_refused"
    sentence = gettext_noop("The key server gave no keys to encrypt with.")


class StepRefused(MediaError):
    """A refusal with a code and a sentence of its own, such as the scanner's."""

    def __init__(self, code: str, sentence: str) -> None:
        """Fix this refusal's code and sentence."""
        self.code = code
        self.sentence = sentence
        super().__init__()


# What lies in the bytes alone, so that no other run could end otherwise.
OF_THE_FILE = frozenset(
    {
        CorruptMedia.code,
        ContainerMismatch.code,
        UnknownCodec.code,
        EmptyMedia.code,
        ImageTooLarge.code,
        ChecksumMismatch.code,
        DisguisedFile.code,
    }
)


class StepPostponed(Exception):
    """The step cannot be carried out yet, which is nobody's fault: it is tried again later, and no try is counted."""

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        seconds: float,
        log: str = "",
        results: dict[str, Any] | None = None,
    ) -> None:
        """Why, in a stable code and a sentence, and after how many seconds it is tried again; `results` is what its
        next run finds.
        """
        super().__init__(sentence)
        self.code, self.sentence, self.seconds, self.log = code, sentence, seconds, log
        self.results = results


class LeaseLost(Exception):
    """This worker no longer holds the step: it was cancelled, or another worker has taken it over."""


class NotRetryable(Conflict):
    """Only failed and cancelled jobs can be tried again."""

    code = "job_not_retryable"
    title = _("Only a failed or cancelled job can be tried again")


class RetryHopeless(NotRetryable):
    """The file itself is the reason for the failure, and it stays as it is."""

    code = "retry_hopeless"
    title = _("The file itself is the reason: trying again cannot help")


class JobHasEnded(Conflict):
    """There is nothing left of it to put before others."""

    code = "job_has_ended"
    title = _("This job has ended already")


class NotCancellable(Conflict):
    """The job has ended already."""

    code = "job_not_cancellable"
    title = _("This job has ended already")


class WorkUnderWay(Conflict):
    """Another job works on the asset just now."""

    code = "work_under_way"
    title = _("This file is being worked on; wait until that is done")


class NotProcessed(Conflict):
    """The asset has nothing yet, or nothing at all, that could be packaged or made anew."""

    code = "not_processed"
    title = _("There is nothing of this file yet that could be packaged")


class PresetExists(Conflict):
    """Another preset has this name."""

    code = "preset_exists"
    title = _("There is a preset of this name already")


class PresetIsDefault(Conflict):
    """The default preset cannot be deleted."""

    code = "preset_is_default"
    title = _("The default preset cannot be deleted; make another one the default first")


class NoPictures(Conflict):
    """There is no film of which a picture could be taken."""

    code = "no_pictures"
    title = _("Only films have frames to take")


class NotReadYet(Conflict):
    """The file has not passed the gate, or its bytes are gone."""

    code = "not_read_yet"
    title = _("This file has not been read yet, or is not kept any more")


class TooManyCaptures(Conflict):
    """So many captured frames are kept that no further one is taken."""

    code = "too_many_captures"
    title = _("Too many frames of this file are kept; delete some first")
