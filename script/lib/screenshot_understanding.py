"""Scenes of understanding: what was found in a film and when, the transcript, and what is alike."""

from dataclasses import dataclass

from playwright.sync_api import Page
from screenshot_portal import wait_for
from screenshot_studio import Studio, newest, opened

from analysis.engines import Flag, Label, Result, Speech, Text, Word
from analysis.engines.findings import Finding
from analysis.models import Analysis, Match, Order
from analysis.services import keyframes, moments, orders, wording
from assets.models import Asset, Collection
from mediaportal.accounts.models import User
from processing.ffmpeg.keyframes import Keyframes
from processing.models import OPEN, Job

FILM, OTHER = "Evening", "Deep zoom"
SAID = [
    (0.6, "Good evening, and welcome to the harbour.", "Layla"),
    (4.2, "مساء الخير، وأهلًا بكم في المرفأ.", "ليلى"),
    (8.1, "The light changes every minute here.", "Layla"),
    (12.4, "يتغيّر الضوء هنا كلّ دقيقة.", "ليلى"),
    (16.2, "Stay with us.", "Layla"),
]
MISHEARD = [(0.6, "Good evening and welcome to the harbor"), (8.0, "The lights change every minute hear")]
SEEN: list[Finding] = [
    Label(0.0, 9.0, 0.94, label="Sky", parent="Nature"),
    Label(3.0, 14.0, 0.72, label="Boat", parent="Vehicle"),
    Label(11.0, 20.0, 0.55, label="Lamp", parent="Furniture"),
]
READ: list[Finding] = [
    Text(2.0, 7.0, 0.91, "Evening programme", "en"),
    Text(9.0, 15.0, 0.84, "برنامج المساء", "ar"),
]
FLAGGED: list[Finding] = [Flag(13.0, 15.5, 0.61, label="Alcohol", parent="Alcohol")]


@dataclass(frozen=True)
class Understood:
    """A film with two transcripts, of which one is shown, and a match of it with another film."""

    film: Asset
    shown: Analysis
    other: Analysis
    match: Match


def understanding(studio: Studio, owner: User) -> None:
    """A film that is understood, from every side."""
    told = understood(owner)
    for page, name in studio.dressed():
        _film(studio, page, name)
        page.goto(f"/assets/{told.film.pk}/analyses/{told.shown.pk}/beside/{told.other.pk}/")
        studio.shoot(page, f"76-compared{name}", whole=True)
        page.goto(f"/matches/{told.match.pk}/")
        page.wait_for_timeout(1500)
        studio.shoot(page, f"77-side-by-side{name}", whole=True)
        _settings(studio, page, name)


def understood(owner: User) -> Understood:
    """Let a film be understood: by our own machine as far as it can, and as engines elsewhere would tell."""
    film = newest(FILM)
    Analysis.objects.filter(asset=film).delete()
    found = orders.place(
        user=owner, asset=film, wish=orders.wish_of(types=["shots", "quality", "fingerprint"])
    )
    wait_for(lambda: not Job.objects.filter(pk=found.job_id, status__in=OPEN).exists(), "the analyses")
    heard = [_words(start, text, speaker) for start, text, speaker in SAID]
    shown = _told(film, "transcription", heard, engine="aws", is_current=True)
    draft = [Speech(start, start + 3, 0.5, text=text) for start, text in MISHEARD]
    other = _told(film, "transcription", draft, engine="local", results={"draft": True})
    for name, findings in (("objects", SEEN), ("text", READ), ("moderation", FLAGGED)):
        _told(film, name, findings, engine="aws", is_current=True)
    match = _alike(film, newest(OTHER))
    job = keyframes.ask(user=owner, asset=film, wish=Keyframes(count=6, width=480))
    wait_for(lambda: not Job.objects.filter(pk=job.pk, status__in=OPEN).exists(), "the key frames")
    return Understood(film, shown, other, match)


def _film(studio: Studio, page: Page, name: str) -> None:
    """The film's page with its timeline and panels, its transcript with a segment open, and their dialogs."""
    opened(page, FILM)
    page.wait_for_selector("#timeline .timeline-lane")
    page.wait_for_selector("#keyframes .keyframe")
    studio.shoot(page, f"74-understood{name}", whole=True)
    page.locator("#analyse-open").click()
    studio.shoot(page, f"74-analyse{name}")
    page.keyboard.press("Escape")
    page.locator("#tab-transcript").click()
    page.wait_for_selector("#pane-transcript .cue")
    studio.shoot(page, f"75-transcript{name}")
    page.locator("#pane-transcript .cue").nth(1).locator(".cue-edit").click()
    page.locator("#pane-transcript .cue.open").evaluate("cue => cue.scrollIntoView({ block: 'center' })")
    studio.shoot(page, f"75-transcript-open{name}")
    page.keyboard.press("Escape")
    for dialog in ("[data-versions]", "[data-speakers]", "[data-opens=transcript-take]"):
        page.locator(f"#pane-transcript {dialog}").click()
        page.wait_for_selector("dialog[open]")
        studio.shoot(page, f"75-transcript-{dialog.strip('[]').rsplit('-', 1)[-1]}{name}")
        page.keyboard.press("Escape")
    page.goto("/?q=harbour")
    studio.shoot(page, f"75-found-inside{name}")


def _settings(studio: Studio, page: Page, name: str) -> None:
    """What a collection wants, and what an upload asks for."""
    collection = Collection.objects.order_by("created_at").first()
    if collection is not None:
        page.goto(f"/?collection={collection.pk}")
        page.locator("[data-opens=place-analyses]").click()
        page.wait_for_selector("#place-analyses form")
        studio.shoot(page, f"78-collection-analyses{name}")
    page.goto("/upload/")
    page.locator("details.wanted summary").click()
    page.locator("details.wanted").scroll_into_view_if_needed()
    studio.shoot(page, f"79-upload-analyses{name}")


def _words(start: float, text: str, speaker: str) -> Speech:
    """A sentence of three seconds whose words are as long as each other."""
    words = text.split()
    each = 3.0 / len(words)
    told = tuple(
        Word(start + place * each, start + (place + 1) * each, word, 0.9) for place, word in enumerate(words)
    )
    return Speech(start, start + 3.0, 0.9, text=text, speaker=speaker, words=told)


def _told(film: Asset, name: str, findings: list[Finding] | list[Speech], **traits: object) -> Analysis:
    """An analysis that has found these, as an engine elsewhere would have."""
    order = Order.objects.create(asset=film, types=[name])
    fields = {
        "order": order,
        "asset": film,
        "type": name,
        "status": "completed",
        "completed_at": order.created_at,
    }
    analysis = Analysis.objects.create(**fields | traits)
    wording.write(moments.rows_of(analysis, film, Result(findings=tuple(findings))), analysis=analysis)
    return analysis


def _alike(film: Asset, other: Asset) -> Match:
    """That a film has something of another one."""
    spans = [[2.0, 5.0, 0.5, 3.5]]
    facts = {"start": 2.0, "end": 5.0, "other_start": 0.5, "other_end": 3.5, "offset": -1.5, "score": 0.93}
    return Match.objects.create(asset=film, other=other, kind="picture", spans=spans, **facts)
