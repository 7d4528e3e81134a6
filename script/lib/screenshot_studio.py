"""What takes the pictures: a person's browser in any size, theme and language, and axe, which looks at every page."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from assets.models import Asset
from mediaportal.accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "screenshots"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EMAIL, PASSWORD = "lina@example.org", "only for these pictures"
WIDE, PHONE, CINEMA = (1440, 900), (390, 844), (2560, 1300)
# What a page must look well in: size, theme, language, and what the names of its pictures end with.
DRESSES = (
    (WIDE, "light", "en", ""),
    (WIDE, "dark", "ar", "-arabic-dark"),
    (PHONE, "light", "ar", "-phone-arabic"),
    (PHONE, "dark", "en", "-phone-dark"),
    (CINEMA, "light", "en", "-wall"),
)
# What the browser says of answers that the scenes are about: not there, over, not for this person, a file or a form
# that is refused.
INTENDED = re.compile(r"status of (401|403|404|410|415|422)|response code: 415")


class Studio:
    """Takes pictures, and remembers what axe found wrong with each. `whole` is set while every picture is wanted;
    otherwise those are taken whose names hold one of the words in `wanted`.
    """

    def __init__(self, browser: Browser, address: str, wanted: list[str]) -> None:
        self.browser, self.address, self.wanted = browser, address, wanted
        self.whole = False
        self.state: Any = None
        self.others: dict[str, Any] = {}
        self.wrong: list[str] = []
        self.taken = 0

    @contextmanager
    def page(
        self,
        size: tuple[int, int] = WIDE,
        *,
        theme: str = "light",
        language: str = "en",
        known: bool = True,
        person: str = EMAIL,
    ) -> Iterator[Page]:
        """A page of a person's browser, of this size, theme and language; signed in if `known`."""
        User.objects.filter(email=person).update(language=language)
        context = self._context(
            size, theme, language, self.state if person == EMAIL else self._signed_in(person)
        )
        if not known:
            context.clear_cookies()
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on(
            "console",
            lambda line: self.wrong.append(f"console: {line.text}") if line.type == "error" else None,
        )
        try:
            yield page
        finally:
            context.close()

    def dressed(self, *, person: str = EMAIL) -> Iterator[tuple[Page, str]]:
        """A page in every dress, each with what the names of its pictures end with."""
        for size, theme, language, name in DRESSES:
            with self.page(size, theme=theme, language=language, person=person) as page:
                yield page, name

    def _signed_in(self, person: str) -> Any:
        """What the browser of another one of the people keeps; their password is that of all."""
        if person not in self.others:
            context = self._context(WIDE, "light", "en", None)
            page = context.new_page()
            page.goto("/sign-in/")
            page.fill("[name=username]", person)
            page.fill("[name=password]", PASSWORD)
            page.click("button.main")
            page.wait_for_url("**/")
            self.others[person] = context.storage_state()
            context.close()
        return self.others[person]

    def forgive_intended(self) -> None:
        """Leave out what the browser says of answers that the scenes are about."""
        self.wrong = [line for line in self.wrong if not INTENDED.search(line)]

    def _context(self, size: tuple[int, int], theme: str, language: str, state: Any) -> BrowserContext:
        return self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            base_url=self.address,
            storage_state=state,
            is_mobile=size == PHONE,
            has_touch=size == PHONE,
            device_scale_factor=2 if size == PHONE else 1,
        )

    def shoot(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Take a picture once everything stands still, and let axe look at the page."""
        if not self.whole and not any(word in name for word in self.wanted):
            return
        if whole:
            page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(700)
        if whole and page.viewport_size and page.viewport_size["width"] == PHONE[0]:
            self._tall(page, name)  # the bar at the foot of a phone's screen would stand amid the page
        else:
            page.screenshot(path=OUT / f"{name}.png", full_page=whole)
        found = self._axe(page)
        if found:  # what is only fading in is not wrong
            page.wait_for_timeout(900)
            found = self._axe(page)
        self.wrong += [f"{name}: {line}" for line in found]
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if too_wide > 0:
            self.wrong.append(f"{name}: scrolls sideways by {too_wide} px")
        self.taken += 1
        say(f"{name}{' (axe!)' if found else ''}")

    def _tall(self, page: Page, name: str) -> None:
        """Take a picture of a phone's page on a screen as high as the page."""
        high = int(page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": PHONE[0], "height": max(high, PHONE[1])})
        page.wait_for_timeout(300)
        page.screenshot(path=OUT / f"{name}.png")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})

    def _axe(self, page: Page) -> list[str]:
        page.evaluate(AXE)
        found = page.evaluate("async (rules) => (await axe.run({ runOnly: rules })).violations", RULES)
        return [
            f"{one['id']} {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found
        ]


def say(text: str) -> None:
    """A line for the person who waits."""
    sys.stdout.write(f"    {text}\n")
    sys.stdout.flush()


def opened(page: Page, title: str) -> None:
    """Open the page of the asset of that title, and wait until its parts are there."""
    page.goto(f"/assets/{newest(title).pk}/")
    page.wait_for_selector(".panel .work")


def newest(title: str) -> Asset:
    """The newest asset whose title begins so."""
    return Asset.objects.select_related("uploaded_by").filter(title__startswith=title).latest("created_at")


def play(page: Page) -> None:
    """Play for a moment and keep the controls in sight."""
    page.evaluate(
        """async () => {
          const video = document.querySelector("#stage video");
          for (let turn = 0; turn < 150 && video.readyState < 3; turn += 1) {
            await new Promise((go) => setTimeout(go, 100));
          }
          video.muted = true;
          video.currentTime = 2;
          await video.play();
          await new Promise((go) => setTimeout(go, 1500));
          video.pause();
        }"""
    )
    page.locator("#stage video").hover(force=True)
