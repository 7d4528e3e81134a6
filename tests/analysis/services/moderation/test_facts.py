"""What rules may ask is read for one asset and for many by as many queries, words in whatever spelling."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.models import (
    Analysis,
    HashEntry,
    HashHit,
    HashList,
    Match,
    Moment,
    Order,
    ReferenceWork,
    Report,
)
from analysis.rules import Facts, Rule, judge, read
from analysis.services import wording as wording_of_moments
from analysis.services.moderation import facts
from assets.models import Asset
from assets.services import wording
from mediaportal.core import fulltext
from tests.analysis.moderating import found
from tests.factories import AssetFactory, GuestLinkFactory, UserFactory

pytestmark = pytest.mark.django_db

EVERY_KIND: list[dict[str, Any]] = [
    {"key": "label", "kind": "label", "names": ["Harbour"], "review": 0.5},
    {"key": "topic", "kind": "topic", "names": ["weapons"], "review": 0.5},
    {"key": "words", "kind": "words", "names": ["busy market"], "review": 0.5},
    {"key": "hash", "kind": "hash", "review": 0.5},
    {"key": "work", "kind": "work", "review": 0.5},
    {"key": "unscanned", "kind": "unscanned", "review": 1},
    {"key": "guest", "kind": "guest", "review": 1},
    {"key": "reports", "kind": "reports", "review": 1},
    {"key": "kind", "kind": "metadata", "field": "kind", "names": ["video"], "review": 1},
    {"key": "age", "kind": "uploader", "field": "age", "above": 3, "review": 1},
]


def rules(*told: dict[str, Any]) -> list[Rule]:
    rules_, problems = read(list(told))
    assert not problems
    return rules_


def analysed(asset: Asset, type_: str, *moments: dict[str, Any], current: bool = True) -> None:
    """Let an analysis of an asset have found these moments."""
    order = Order.objects.create(asset=asset, types=[type_])
    analysis = Analysis.objects.create(
        order=order, asset=asset, type=type_, status="completed", is_current=current
    )
    usual = {"confidence": 0.9, "start": 0.0, "end": 1.0}
    Moment.objects.bulk_create(Moment(asset=asset, analysis=analysis, **usual | one) for one in moments)


def said(asset: Asset, *texts: str, kind: str = "speech", current: bool = True) -> None:
    """Let these texts have been heard or read in an asset, each for a second."""
    analysed(
        asset,
        "transcription" if kind == "speech" else "text",
        *(
            {"kind": kind, "text": text, "start": place, "end": place + 1, "vector": fulltext.vector_of(text)}
            for place, text in enumerate(texts)
        ),
        current=current,
    )


def everything() -> Asset:
    """An asset of which every kind of rule has something to say."""
    other = AssetFactory(published=True)
    asset: Asset = AssetFactory(published=True, guest_link=GuestLinkFactory())
    found(asset, ("Weapons", 0.8, 1.0, 2.0))
    analysed(asset, "objects", {"kind": "label", "label": "Harbour"})
    said(asset, "to the busy market")
    listed = HashList.objects.create(name=f"list {asset.pk}")
    entry = HashEntry.objects.create(hash_list=listed, kind="sha256", value="a" * 64)
    HashHit.objects.create(asset=asset, entry=entry, score=1.0, second=3.0)
    work = ReferenceWork.objects.create(asset=other, title="A film")
    Match.objects.create(asset=asset, other=other, work=work, kind="picture", start=0, end=5, other_start=0,
                         other_end=5, offset=0, speed=1, score=0.9, spans=[])  # fmt: skip
    Report.objects.create(asset=asset, reporter=UserFactory(), reason="spam")
    return asset


def known(asset: Asset, *told: dict[str, Any]) -> Facts:
    return facts.gather([asset.pk], rules(*told))[asset.pk]


def hits(asset: Asset, **rule: Any) -> list[tuple[str, float]]:
    """Of what kind and at what second a rule of words has hit."""
    told = rules({"key": "words", "kind": "words", "review": 0.5} | rule)
    outcome = judge(told, facts.gather([asset.pk], told)[asset.pk])
    return sorted((hit.sighting.kind, hit.sighting.start) for hit in outcome.hits)


def test_every_kind_of_rule_finds_its_facts() -> None:
    asset = everything()
    told = rules(*EVERY_KIND)
    assert set(judge(told, facts.gather([asset.pk], told)[asset.pk]).scores) == {one.key for one in told}


def test_as_many_queries_for_one_asset_as_for_many() -> None:
    told = rules(*EVERY_KIND)
    ids = [everything().pk for _place in range(4)]
    counts = []
    for some in (ids[:1], ids):
        with CaptureQueriesContext(connection) as asked:
            assert set(facts.gather(some, told)) == set(some)
        counts.append(len(asked))
    assert counts[0] == counts[1] == 12


def test_only_what_rules_ask_is_read() -> None:
    ids = [everything().pk]
    with CaptureQueriesContext(connection) as asked:
        facts.gather(ids, rules(EVERY_KIND[6]))
    assert len(asked) == 1


def test_an_asset_that_is_gone_has_no_facts() -> None:
    gone = AssetFactory()
    pk = gone.pk
    gone.delete()
    assert facts.gather([pk], rules(*EVERY_KIND)) == {}


def test_labels_are_those_that_are_shown_and_that_some_rule_asks_for() -> None:
    asset = AssetFactory(published=True)
    found(asset, ("WEAPONS", 0.8, 1.0, 2.0), ("Gambling", 0.9, 1.0, 2.0), ("Weapon Violence", 0.7, 3.0, 4.0))
    analysed(asset, "objects", {"kind": "label", "label": "Rifle", "parent": "weapons"}, current=False)
    seen = known(asset, EVERY_KIND[1]).sightings
    assert [(one.label, one.moment is not None) for one in seen] == [
        ("WEAPONS", True),
        ("Weapon Violence", True),
    ]
    Analysis.objects.update(is_current=True)
    assert [one.label for one in known(asset, EVERY_KIND[1]).sightings][2:] == ["Rifle"]


def test_words_are_found_in_speech_on_screen_and_in_the_title() -> None:
    asset = AssetFactory(published=True, title="The market of Aden")
    said(asset, "they go to the markets", "and home")
    said(asset, "Market", kind="text")
    assert hits(asset, names=["market"]) == [("metadata", 0.0), ("speech", 0.0), ("text", 0.0)]
    assert hits(asset, names=["market"], places=["speech"]) == [("speech", 0.0)]
    assert hits(asset, names=["market"], places=["text"]) == [("text", 0.0)]
    assert hits(asset, names=["market"], places=["metadata"]) == [("metadata", 0.0)]


@pytest.mark.parametrize("name", ["منارة", "مناره", "المَنارة", "منـــارة"])
def test_arabic_words_are_found_in_another_spelling(name: str) -> None:
    asset = AssetFactory(published=True, title="رحلة إلى المنارة")
    said(asset, "وصلنا إلى المناره", "ثم عدنا")
    assert hits(asset, names=[name]) == [("metadata", 0.0), ("speech", 0.0)]


def test_an_arabic_word_in_the_forms_of_its_letters() -> None:
    asset = AssetFactory(published=True)
    said(asset, "أسلحة كثيرة", kind="text")
    assert hits(asset, names=["اسلحه"]) == [("text", 0.0)]


def test_the_words_of_a_phrase_stand_beside_each_other() -> None:
    asset = AssetFactory(published=True)
    said(asset, "harbour and lighthouse", "the harbour lighthouse")
    assert hits(asset, names=["harbour lighthouse"]) == [("speech", 1.0)]


def test_a_phrase_is_found_where_it_goes_over_into_the_next_moment() -> None:
    asset = AssetFactory(published=True)
    said(asset, "we came to the secret", "harbour at night", "and the secret harbour", "again")
    wording_of_moments.index(list(Analysis.objects.filter(asset=asset).values_list("pk", flat=True)))
    assert hits(asset, names=["secret harbour"]) == [("speech", 0.0), ("speech", 2.0)]
    assert hits(asset, names=["secret harbour"], places=["text"]) == []
    assert hits(asset, names=["harbour secret"]) == []


def test_a_moment_is_one_sighting_for_each_phrase_however_it_is_read() -> None:
    asset = AssetFactory(published=True)
    said(asset, "المنارة والمنارة منارة السوق")
    words = known(asset, {"key": "w", "kind": "words", "names": ["المنارة", "السوق"], "review": 0.5}).words
    assert {name: len(places) for name, places in words.items()} == {"المنارة": 1, "السوق": 1}


def test_words_of_an_analysis_that_is_not_shown_do_not_count() -> None:
    asset = AssetFactory(published=True)
    said(asset, "to the market", current=False)
    assert hits(asset, names=["market"]) == []


def test_many_words_are_looked_for_in_turn() -> None:
    asset = AssetFactory(published=True)
    said(asset, "to the market", "a caravan")
    names = [f"word{place}" for place in range(300)]
    assert hits(asset, names=["caravan", *names, "market"]) == [("speech", 0.0), ("speech", 1.0)]


def test_titles_are_read_as_they_stand_now() -> None:
    asset = AssetFactory(published=True, title="Quiet")
    Asset.objects.filter(pk=asset.pk).update(title="Market")
    wording.index([asset.pk])
    assert hits(asset, names=["market"]) == [("metadata", 0.0)]


def test_only_reports_that_are_not_answered_count_and_each_person_once() -> None:
    asset = AssetFactory(published=True)
    for reason, answered in (("spam", None), ("spam", None), ("hate", None), ("hate", timezone.now())):
        Report.objects.create(asset=asset, reporter=UserFactory(), reason=reason, answered_at=answered)
    assert known(asset, EVERY_KIND[7]).reporters == {"spam": 2, "hate": 1}


def test_hits_of_lists_that_are_not_in_use_do_not_count() -> None:
    asset = everything()
    HashList.objects.update(is_active=False)
    assert known(asset, EVERY_KIND[3]).sightings == ()


def test_what_is_known_of_who_sent_it() -> None:
    person = UserFactory(role="manager")
    type(person).objects.filter(pk=person.pk).update(created_at=timezone.now() - timedelta(days=2))
    asset = AssetFactory(uploaded_by=person, age_rating="7", imposed_rating="16", scan_verdict="unscannable")
    told = known(asset, EVERY_KIND[9])
    assert (told.role, round(told.age), told.strikes) == ("manager", 2, 0)
    assert (told.age_rating, told.unscanned, told.guest) == ("16", True, False)
