"""Scenes of the engine: a job while it runs and when it is done, what was measured, and presets."""

from screenshot_studio import PHONE, Studio

from processing.models import Job, JobType


def running(studio: Studio) -> None:
    """The job of a film in the midst of its renditions."""
    place = _page_of("Evening")
    with studio.page() as page:
        page.goto(place)
        studio.shoot(page, "50-job-running", whole=True)
    with studio.page(PHONE, theme="dark", language="ar") as page:
        page.goto(place)
        studio.shoot(page, "50-job-running-phone-arabic-dark", whole=True)


def jobs(studio: Studio) -> None:
    """Jobs that have ended, well and badly, and those that measure what came of it."""
    with studio.page(theme="dark", language="ar") as page:
        page.goto(_page_of("Deep zoom"))
        studio.shoot(page, "51-job-done-arabic-dark", whole=True)
    with studio.page() as page:
        page.goto(_page_of("Interview"))
        studio.shoot(page, "52-job-failed", whole=True)
        page.goto("/jobs/?type=quality")
        studio.shoot(page, "53-jobs-quality")
        measured = Job.objects.filter(job_type=JobType.QUALITY).latest("created_at")
        page.goto(f"/jobs/{measured.pk}/")
        studio.shoot(page, "54-job-quality", whole=True)


def presets(studio: Studio) -> None:
    """Recipes, one that is changed, and one that cannot be saved."""
    with studio.page() as page:
        page.goto("/presets/")
        studio.shoot(page, "55-presets", whole=True)
        page.goto("/presets/standard/")
        studio.shoot(page, "56-preset", whole=True)
        page.goto("/presets/new/?copy=standard")
        page.fill("[name=title]", "Too much")
        page.fill("[name=slug]", "too much")
        page.locator(".form-acts button.main").click()
        page.wait_for_selector(".notice.bad")
        studio.shoot(page, "57-preset-refused", whole=True)
    with studio.page(PHONE, theme="dark", language="ar") as page:
        page.goto("/presets/")
        studio.shoot(page, "55-presets-phone-arabic-dark", whole=True)
        page.goto("/presets/standard/")
        studio.shoot(page, "56-preset-phone-arabic-dark", whole=True)


def _page_of(title: str) -> str:
    """Where the first processing of the newest file of a title is shown."""
    found = Job.objects.filter(asset__title__startswith=title, job_type=JobType.INGEST)
    return f"/jobs/{found.latest('created_at').pk}/"
