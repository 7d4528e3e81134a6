"""A film as it is made: encoded, growing, and packaged, without the workers that would do it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.models import Asset
from assets.services import places
from mediaportal.accounts.models import User
from processing.ffmpeg.ladder import plan
from processing.ffmpeg.transcode import Encoded, transcode
from processing.models import Job, Package, Scheme, Status
from processing.packager import TextTrack, package
from processing.services import growing, packages, planning, publishing
from processing.services.context import StepContext
from processing.services.publishing import Product
from tests.factories import AssetFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

SOURCE = "full_1080.mp4"


def encoded(folder: Path) -> Encoded:
    """Two rungs and the sound of a film of six seconds; the smaller one lies in `growing`, too."""
    probe = probed(SOURCE)
    assert probe.video is not None
    rungs = plan(probe.video)
    (folder / "growing").mkdir()
    smaller = transcode(media(SOURCE), probe, rungs[-1:], folder, grows=folder / "growing")
    larger = transcode(media(SOURCE), probe, rungs[1:2], folder, sound=False)
    return replace(smaller, rungs=(*larger.rungs, *smaller.rungs))


def begun(user: User) -> Job:
    """A job whose step `first_play` runs."""
    asset = AssetFactory(uploaded_by=user, passed_gate=True, duration=6.0)
    job = planning.create(asset=asset, job_id=asset.job_id, parameters={})
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(status=Status.PROCESSING, started_at=now)
    job.steps.filter(name__in=["scan", "probe"]).update(status=Status.COMPLETED, progress=100)
    job.steps.filter(name="first_play").update(
        status=Status.PROCESSING, worker="tests", attempt=1, lease_until=now + timedelta(minutes=10)
    )
    return Job.objects.select_related("asset").get(pk=job.pk)


def grown(job: Job, folder: Path) -> None:
    """Publish all of the smaller rung as it would have grown."""
    probe = probed(SOURCE)
    assert probe.video is not None
    step = job.steps.select_related("job__asset").get(name="first_play")
    context = StepContext(
        job, step, job.asset, media(SOURCE), folder, report=lambda _share: None, stop=lambda: False
    )
    made = growing.GrowingSet(
        context,
        folder=folder / "growing",
        probe=probe,
        rung=plan(probe.video)[-1],
        bit_rate=128_000,
    )
    made.look(ended=True)
    for playlist in places.path_of(made.prefix).rglob("playlist.m3u8"):
        # All of it is there, and nothing says yet that no more will come.
        playlist.write_text(
            playlist.read_text(encoding="utf-8").replace("#EXT-X-ENDLIST\n", ""), encoding="utf-8"
        )


def packaged(
    job: Job,
    made: Encoded,
    folder: Path,
    *,
    scheme: Scheme = Scheme.CLEAR,
    formats: Sequence[str] = ("hls", "dash"),
    texts: Sequence[TextTrack] = (),
) -> None:
    """Publish the packaged set of both rungs, as the step `packaging` does at its end."""
    (folder / "package").mkdir()
    wanted = Package.objects.create(asset=job.asset, job=job, scheme=scheme, formats=list(formats))
    sides = [min(rung.rung.width, rung.rung.height) for rung in made.rungs]
    encryption = packages.encryption_of(package=wanted, sides=sides, sound=bool(made.audio))
    done = package(made.rungs, made.audio, folder / "package", texts=texts, encryption=encryption)
    entries = packages.formats_of(wanted, done)
    form, name = next(iter(entries.items()))
    facts = {"detail": {"package": str(wanted.pk)}}
    product = Product(done.folder, "manifest", form, name, facts, entries=entries)
    step = job.steps.get(name="packaging")
    prepared = publishing.prepare(step=step, asset=job.asset, products=[product])
    with transaction.atomic():
        publishing.publish(step=step, job=job, asset=job.asset, prepared=prepared)
        packages.ready(package_id=wanted.pk, encrypted_tracks=done.encrypted_tracks)


def shown(job: Job, **facts: Any) -> Asset:
    """Publish the film itself, as the gate does at its end."""
    done = {"publication": "published", "processing_verdict": "done", "upload_status": "completed"}
    Asset.objects.filter(pk=job.asset_id).update(**done | facts)
    return Asset.objects.get(pk=job.asset_id)
