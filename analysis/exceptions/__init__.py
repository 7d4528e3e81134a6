"""What can be wrong with an analysis or with an order of one: each has a stable `code` and a sentence."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mediaportal.core.problems import Conflict
from mediaportal.core.problems import NotFound as NotFound
from processing.exceptions import MediaError

# What is missing for a type, in the words of `Ability.missing`.
NEEDS_TESSERACT = gettext_noop(
    "Tesseract is missing: apt-get install tesseract-ocr tesseract-ocr-ara tesseract-ocr-eng"
)
NEEDS_OPENCV = gettext_noop("OpenCV is missing: pip install opencv-python-headless")
NEEDS_ONNXRUNTIME = gettext_noop("ONNX Runtime is missing: pip install onnxruntime")
NEEDS_MODEL = gettext_noop("Set MODEL_DIR to a folder that holds an ONNX model of this type with its card.")
NEEDS_WHISPER = gettext_noop("faster-whisper is missing: pip install faster-whisper")
NEEDS_SPEECH = gettext_noop(
    "Set WHISPER_MODEL to the folder of a Whisper model (pip install faster-whisper), or install pocketsphinx."
)
NEEDS_LANGUAGE = gettext_noop("An engine that could do this knows none of these languages.")
NEEDS_MODEL_DIR = gettext_noop("WHISPER_MODEL is a name: set MODEL_DIR to the folder that holds the models.")
NEEDS_WHOLE_MODEL = gettext_noop(
    "The folder of WHISPER_MODEL is not whole: it must hold config.json, model.bin, tokenizer.json and a vocabulary."
)
NEEDS_FETCHED_MODEL = gettext_noop(
    "The Whisper model has not been fetched yet: python manage.py fetch_whisper, or set WHISPER_FETCH."
)


class NotAbleHere(MediaError):
    """The engine cannot do this type of this medium, or not any more."""

    code = "engine_unavailable"
    sentence = gettext_noop("No engine can do this here.")


class ModelUnavailable(MediaError):
    """The hub that has a model cannot be reached, or broke off; what has come is kept."""

    code = "engine_unavailable"
    sentence = gettext_noop("The model could not be fetched: its hub cannot be reached.")


class ModelRefused(MediaError):
    """The hub does not give a model: there is none of this name or revision, or it wants to know who asks."""

    code = "model_refused"
    sentence = gettext_noop("The model could not be fetched: its hub does not give it.")


class ModelDamaged(MediaError):
    """What the hub sent is not what it had told."""

    code = "model_damaged"
    sentence = gettext_noop("The model could not be fetched: what came is not what its hub had told.")


class Refused(MediaError):
    """Amazon Web Services want other credentials, or do not let ours do this."""

    code = "aws_refused"
    sentence = gettext_noop("Amazon Web Services refuse the credentials of this installation.")


class NotTaken(MediaError):
    """Amazon Web Services do not take what they were sent."""

    code = "aws_not_taken"
    sentence = gettext_noop("Amazon Web Services do not take this file.")


class JobFailed(MediaError):
    """A job at Amazon Web Services has failed."""

    code = "aws_job_failed"
    sentence = gettext_noop("Amazon Web Services could not carry this out.")


class JobOverdue(MediaError):
    """A job at Amazon Web Services does not end."""

    code = "aws_overdue"
    sentence = gettext_noop("Amazon Web Services have not ended this in time.")


class ResultGone(MediaError):
    """What a job found is not kept any more."""

    code = "aws_result_gone"
    sentence = gettext_noop("Amazon Web Services no longer have what was found.")


class ResultUnreadable(MediaError):
    """What a job found has another form than it should."""

    code = "aws_result_unreadable"
    sentence = gettext_noop("What Amazon Web Services answered cannot be read.")


class NoSound(MediaError):
    """Nothing can be heard in the medium."""

    code = "no_sound"
    sentence = gettext_noop("There is no sound to listen to.")


class NoPictures(MediaError):
    """Nothing can be seen in the medium."""

    code = "no_pictures"
    sentence = gettext_noop("There are no pictures to look at.")


class NoFace(MediaError):
    """There is no face in the picture, or none that can be seen well."""

    code = "no_face"
    sentence = gettext_noop("No face can be seen well enough in this picture.")


class SeveralFaces(MediaError):
    """There are others in the picture, who have not been asked."""

    code = "several_faces"
    sentence = gettext_noop("More than one face is in this picture; take one that shows this person alone.")


class PictureGone(MediaError):
    """The file that a picture was to be taken of is not kept any more, or cannot be looked at."""

    code = "picture_gone"
    sentence = gettext_noop("The file of this picture is not kept any more.")


AWS_MISSING = gettext_noop(
    "Name a staging bucket and its region: ANALYSIS_S3_BUCKET and ANALYSIS_AWS_REGION."
)
"""What the engine at Amazon Web Services lacks until it is set."""

REKOGNITION_ELSEWHERE = gettext_noop(
    "Amazon Rekognition is not offered in this region: name a bucket in another one (ANALYSIS_AWS_REGION)."
)
TRANSCRIBE_ELSEWHERE = gettext_noop(
    "Amazon Transcribe is not offered in this region: name a bucket in another one (ANALYSIS_AWS_REGION)."
)
"""What is missing where only one of the services is there, or none."""


class OverBudget(MediaError):
    """What is left of the month's money does not suffice, and no engine does it for nothing."""

    code = "budget_exceeded"
    sentence = gettext_noop("What may be spent on analyses this month is spent.")


class AnalysisFailed(MediaError):
    """A program or a model that looks or listens did not come to its end with this medium."""

    code = "processing_failed"
    sentence = gettext_noop("A program that works on the file failed.")


class AllFailed(MediaError):
    """Nothing of an order could be done: the reason of the first one stands for all."""

    def __init__(self, code: str, sentence: str) -> None:
        """The reason's code and sentence."""
        self.code, self.sentence = code, sentence
        super().__init__()


class NamingOff(Conflict):
    """Nobody is named in this installation, so nobody's face is taken in."""

    code = "naming_off"
    title = _("People are not named in this installation")


class NoConsent(Conflict):
    """The person has not consented to be named, or does not any more."""

    code = "no_consent"
    title = _("No consent of this person is in force")


class TooManyPictures(Conflict):
    """The person has as many pictures as are of use."""

    code = "too_many_pictures"
    title = _("This person has enough pictures")


class EngineUnavailable(Conflict):
    """No engine can do one of the types that were asked for; the detail says what to install."""

    code = "engine_unavailable"
    title = _("No engine can do this here")


class BudgetExceeded(Conflict):
    """An engine that costs money was asked for by its name, or no other can, and the month's money does not suffice."""

    code = "budget_exceeded"
    title = _("What may be spent on analyses this month is spent")


NOT_ANALYSABLE = gettext_noop("This file has not been read yet, or is not kept any more")
"""What is said of an order whose file has gone before its turn came; the same words as below."""


class NotAnalysable(Conflict):
    """The file has not passed the gate, or its bytes are not kept any more."""

    code = "not_analysable"
    title = _("This file has not been read yet, or is not kept any more")


class NotCompleted(Conflict):
    """Only what has been completed can be shown."""

    code = "analysis_not_completed"
    title = _("Only an analysis that has been completed can be shown")


class NotComparable(Conflict):
    """Two analyses can be compared when both have been completed and are of one type and asset."""

    code = "not_comparable"
    title = _("These two cannot be compared")


class OnlyHere(Conflict):
    """Something of a file would go to a service elsewhere, which one of its collections forbids."""

    code = "only_here"
    title = _("Nothing of this file may be sent elsewhere")


class AlreadyReference(Conflict):
    """The asset stands on the list of protected works already."""

    code = "already_reference"
    title = _("This file is a protected work already")


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
