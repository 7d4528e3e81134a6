"""The words that an asset's columns are written in: each status has one meaning."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a file is to a person."""

    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    IMAGE = "image", _("Image")


class UploadStatus(models.TextChoices):
    """How far the way of the file is, from the first byte to the last step."""

    PENDING = "pending", _("Waiting")
    UPLOADING = "uploading", _("Uploading")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class ScanVerdict(models.TextChoices):
    """What the gate's scanner says of the bytes."""

    PENDING = "pending", _("Not yet checked")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")
    UNSCANNED = "unscanned", _("Not scanned")
    UNSCANNABLE = "unscannable", _("Cannot be scanned")


class ProcessingVerdict(models.TextChoices):
    """What became of the job."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class PolicyVerdict(models.TextChoices):
    """What the policies say of the content."""

    PASS = "pass", _("Pass")
    REVIEW = "review", _("Review")
    BLOCK = "block", _("Block")


class Hold(models.TextChoices):
    """Why policy wants somebody to look at an asset before others see it."""

    GUEST = "guest", _("Sent by a guest")
    HAND = "hand", _("Held by the staff")
    CHECK = "check", _("Not looked at by the policies yet")
    CASE = "case", _("A case waits for a decision")
    CUT = "cut", _("Parts of it are being taken out")


class Block(models.TextChoices):
    """Why policy lets nobody see an asset."""

    POLICY = "policy", _("A policy blocks it")
    DECISION = "decision", _("A moderator has rejected it")


class Publication(models.TextChoices):
    """Whether others than the owner and the staff may see it: derived from the three verdicts."""

    HELD = "held", _("Held")
    PUBLISHED = "published", _("Published")
    BLOCKED = "blocked", _("Blocked")


class Visibility(models.TextChoices):
    """Who may see it once it is published."""

    PRIVATE = "private", _("Only me")
    INTERNAL = "internal", _("Everyone here")
    PUBLIC = "public", _("Anyone with the address")
