"""Lists that upper rooms fill."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assets import registry
from assets.models import Asset


def test_panels_stand_in_their_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_panels", {})
    registry.register_panel(registry.Panel("b", "B", "b-url", order=20))
    registry.register_panel(registry.Panel("a", "A", "a-url", order=30))
    registry.register_panel(registry.Panel("a", "A again", "a-url", order=10))
    assert [(panel.name, panel.title) for panel in registry.panels()] == [("a", "A again"), ("b", "B")]
    registry.register_panel(registry.Panel("c", "C", "c-url", order=1, changers_only=True))
    assert [panel.name for panel in registry.panels(changing=True)] == ["c", "a", "b"]
    assert [panel.name for panel in registry.panels(changing=False)] == ["a", "b"]


def test_a_panel_for_some_readers_is_for_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_panels", {})
    reader, other = AnonymousUser(), AnonymousUser()
    registry.register_panel(registry.Panel("d", "D", "d-url", readers=lambda user: user is reader))
    assert [panel.name for panel in registry.panels(user=reader)] == ["d"]
    assert registry.panels(user=other) == []
    assert registry.panels() == []


def test_the_desk_of_those_who_review_is_for_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_review_desks", [])
    reviewer, other = AnonymousUser(), AnonymousUser()
    assert registry.review_desk(reviewer) is None
    old = registry.ReviewDesk(lambda _user: True, lambda _user: 1, "old")
    new = registry.ReviewDesk(lambda user: user is reviewer, lambda _user: 2, "new")
    registry.register_review_desk(old)
    registry.register_review_desk(new)
    assert registry.review_desk(reviewer) is new
    assert registry.review_desk(other) is None


def test_parts_of_the_playback_document_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_playback_parts", [])
    asked: list[Any] = []

    def first(asset: Any, user: Any) -> dict[str, Any]:
        asked.append((asset, user))
        return {"a": 1, "b": 1}

    registry.register_playback(first)
    registry.register_playback(first)
    registry.register_playback(lambda _asset, _user: {"b": 2})
    asset, user = Asset(), AnonymousUser()
    assert registry.playback_parts(asset, user) == {"a": 1, "b": 2}
    assert asked == [(asset, user)]


def test_what_is_no_file_is_found_by_the_end_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_no_files", {})

    def answer(asked: registry.Asked) -> registry.Told:
        return registry.Told(asked.body, "text/plain")

    for method in ("GET", "POST"):
        registry.register_no_file(registry.NoFile("a", re.compile(r"/a/(?P<one>\d)\Z"), method, answer))
    found = registry.no_file_at("x/y/a/7")
    assert found is not None
    assert (found[0].method, found[1]) == ("POST", {"one": "7"})
    for key in ("x/y/a/7/z", "a/7", "x/a/77", "x/b/7"):
        assert registry.no_file_at(key) is None
