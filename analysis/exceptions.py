"""What can be wrong with an analysis or with an order of one: each has a stable `code` and a sentence."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mediaportal.core.problems import Conflict
from processing.exceptions import MediaError


class NotAbleHere(MediaError):
    """The engine cannot do this type of this medium, or not any more."""

    code = "engine_unavailable"
    sentence = gettext_noop("No engine can do this here.")


class AllFailed(MediaError):
    """Nothing of an order could be done: the reason of the first one stands for all."""

    def __init__(self, code: str, sentence: str) -> None:
        """The reason's code and sentence."""
        self.code, self.sentence = code, sentence
        super().__init__()


class EngineUnavailable(Conflict):
    """No engine can do one of the types that were asked for; the detail says what to install."""

    code = "engine_unavailable"
    title = _("No engine can do this here")


class NotAnalysable(Conflict):
    """The file has not passed the gate, or its bytes are not kept any more."""

    code = "not_analysable"
    title = _("This file has not been read yet, or is not kept any more")


class NotCompleted(Conflict):
    """Only what has been completed can be shown."""

    code = "analysis_not_completed"
    title = _("Only an analysis that has been completed can be shown")


class NoTranscript(Conflict):
    """There is nothing yet that could be corrected."""

    code = "no_transcript"
    title = _("What is said here has not been written down yet")


class TranscriptChanged(Conflict):
    """Somebody has saved the transcript since the caller saw it, or chosen another one; `version` is the newer one."""

    code = "transcript_changed"
    title = _("Somebody has changed this transcript meanwhile")


class CaptionsEdited(Conflict):
    """Somebody has worked on the captions since they were made of the transcript."""

    code = "captions_edited"
    title = _("Somebody has worked on these captions since they were made of the transcript")
