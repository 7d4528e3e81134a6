"""What a step is given while it runs: its asset, a scratch folder, and ways to report, to stop and to publish."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from assets.models import Asset
from processing.models import Job, Step
from processing.services.interim import Interim
from processing.services.publishing import Product


@dataclass
class StepContext:
    """One run of one step.

    `scratch` is an empty folder that goes away with the run. `report` takes a fraction from 0 to 1. `stop` tells
    whether the run should end: it was cancelled, or the worker goes down. Files put into `products` are published,
    all or none, when the run has ended well; those in `interim` are handed on to other steps of the job. `facts` are
    fields of the asset, written in the same transaction; a new `kind` changes which steps follow. `details` is what is
    added to the details of variants, by their ids, and `further` names steps that the job is to have as well.
    `published` is called in that transaction, once the files have their rows. With `keeps_earlier` what an earlier run
    of the step has left stays beside the products; otherwise they take its place. At `source` lies the original, unless
    the step's plan `fetches` it by itself, with `original`.
    """

    job: Job
    step: Step
    asset: Asset
    source: Path
    scratch: Path
    report: Callable[[float], None]
    stop: Callable[[], bool]
    products: list[Product] = field(default_factory=list)
    interim: list[Interim] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    details: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    further: list[str] = field(default_factory=list)
    published: list[Callable[[], None]] = field(default_factory=list)
    keeps_earlier: bool = False
    fetch: Callable[[], AbstractContextManager[Path]] | None = None

    def original(self) -> AbstractContextManager[Path]:
        """The original as a local file while the block runs. Raises `StorageUnavailable`, and what is told to stop."""
        return self.fetch() if self.fetch is not None else nullcontext(self.source)

    @property
    def stem(self) -> str:
        """The original's file name without its extension: every variant's name begins with it."""
        return self.asset.original_filename.rsplit(".", 1)[0] or self.asset.original_filename
