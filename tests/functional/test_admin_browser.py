"""The admin works in a real browser under its content security policy, in both directions of writing."""

from typing import Any

import pytest

from tests.factories import UserFactory
from tests.functional.browser import chromium
from tests.notifications.conftest import session_of
from tests.test_admin import lived_in

PAGES = ["/admin/", "/admin/assets/asset/", "/admin/processing/job/", "/admin/accounts/user/add/"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_refused_by_the_policy(web: str, language: str, monkeypatch: Any, tmp_path: Any) -> None:
    user = UserFactory(role="administrator", language=language)
    job = lived_in()
    key = session_of(user)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    wrong: list[str] = []
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.context.add_cookies([{"name": "sessionid", "value": key, "url": web}])
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for path in [
            *PAGES,
            f"/admin/assets/asset/{job.asset_id}/change/",
            f"/admin/processing/job/{job.pk}/change/",
        ]:
            answer = page.goto(f"{web}{path}")
            assert answer is not None and answer.status == 200, path
            page.wait_for_function("window.Alpine !== undefined")
            page.screenshot(path=tmp_path / f"{language}-{path.strip('/').replace('/', '-') or 'index'}.png")
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert wrong == []
