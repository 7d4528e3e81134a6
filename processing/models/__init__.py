"""Jobs and their steps, what work is done by, and the packages that it makes with their keys."""

from processing.models.packages import ContentKey, KeySource, Package, Scheme, Tracks
from processing.models.work import NOBODY, OPEN, Job, JobType, Preset, Queue, Speed, Status, Step, Turn

__all__ = [
    "NOBODY",
    "OPEN",
    "ContentKey",
    "Job",
    "JobType",
    "KeySource",
    "Package",
    "Preset",
    "Queue",
    "Scheme",
    "Speed",
    "Status",
    "Step",
    "Tracks",
    "Turn",
]
