"""Hash lists: who keeps them, what they hold, what is on them, and that the library is searched when they grow."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.exceptions.moderation import HashListExists
from analysis.models import Analysis, Case, Fingerprint, HashEntry, HashHit, HashList, Judgement, Order
from analysis.services import fingerprints
from analysis.services.moderation import hashfiles, hashlists, hashmatching, hashsearch, judging
from analysis.services.moderation.hashlists import Entry
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry as Written
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
SHA = "ab" * 32
PRINT = 0x123456789ABCDEF0
CSV = f"kind,value,note\nsha256,{SHA},one\npicture,{PRINT:016x},\n"


@pytest.fixture
def keeper() -> User:
    return UserFactory(role="administrator")


def made(keeper: User, *entries: Entry, name: str = "known") -> HashList:
    found = hashlists.make(user=keeper, name=name)
    hashlists.load(user=keeper, list_id=found.pk, entries=[hashlists.checked(one) for one in entries])
    found.refresh_from_db()
    return found


def fingerprinted(*values: int, **traits: Any) -> Asset:
    """A published asset whose pictures have these hashes, one each second."""
    asset = AssetFactory(published=True, **traits)
    order = Order.objects.create(asset=asset, types=["fingerprint"])
    row = Analysis.objects.create(
        order=order, asset=asset, type="fingerprint", status="completed", is_current=True, engine="local"
    )
    for second, value in enumerate(values):
        signed = value - (1 << 64) if value >> 63 else value
        Fingerprint.objects.create(
            asset=asset,
            analysis=row,
            kind="picture",
            method="dhash64",
            start=float(second),
            step=1.0,
            values=[signed],
            keys=fingerprints.picture_keys(value),
        )
    return asset


def read(text: str, form: str = "csv") -> list[Entry]:
    return list(hashfiles.read(io.BytesIO(text.encode()), form=form))


def faults(text: str, form: str = "csv") -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        read(text, form)
    return [(one.field, one.code) for one in refused.value.errors]


# --- Keeping them ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["viewer", "moderator", "manager"])
def test_nobody_else_sees_or_changes_them(keeper: User, role: str) -> None:
    kept, other = made(keeper, Entry("sha256", SHA)), UserFactory(role=role)
    acts: list[Callable[[], object]] = [
        lambda: hashlists.listed(user=other),
        lambda: hashlists.one(user=other, list_id=kept.pk),
        lambda: hashlists.make(user=other, name="x"),
        lambda: hashlists.change(user=other, list_id=kept.pk, name="x"),
        lambda: hashlists.delete(user=other, list_id=kept.pk),
        lambda: hashlists.entries(user=other, list_id=kept.pk),
        lambda: hashlists.exported(user=other, hash_list=kept),
        lambda: hashlists.add(user=other, list_id=kept.pk, entry=Entry("sha256", SHA)),
        lambda: hashlists.load(user=other, list_id=kept.pk, entries=[]),
        lambda: hashlists.remove(user=other, list_id=kept.pk, entry_id=HashEntry.objects.get().pk),
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    assert HashList.objects.get().name == "known"


def test_a_list_from_its_first_day_to_its_last(keeper: User) -> None:
    kept = hashlists.make(user=keeper, name="  From   outside ", source="a partner")
    assert kept.name == "From outside"
    with pytest.raises(HashListExists):
        hashlists.make(user=keeper, name="From outside")
    entry = hashlists.add(user=keeper, list_id=kept.pk, entry=Entry("sha256", SHA.upper(), "a\nb"))
    assert (entry.value, entry.note) == (SHA, "a b")
    assert hashlists.add(user=keeper, list_id=kept.pk, entry=Entry("sha256", SHA)) == entry
    assert hashlists.one(user=keeper, list_id=kept.pk).size == 1  # type: ignore[attr-defined]  # annotated
    assert hashlists.entries(user=keeper, list_id=kept.pk, value=SHA[:6].upper()).get() == entry
    hashlists.change(user=keeper, list_id=kept.pk, name="Theirs", is_active=False)
    hashlists.remove(user=keeper, list_id=kept.pk, entry_id=entry.pk)
    with pytest.raises(NotFound):
        hashlists.remove(user=keeper, list_id=kept.pk, entry_id=entry.pk)
    hashlists.delete(user=keeper, list_id=kept.pk)
    acts = Written.objects.filter(action__startswith="hash_list.").order_by("pk")
    assert list(acts.values_list("action", flat=True)) == [
        f"hash_list.{one}" for one in ("made", "added", "changed", "removed", "deleted")
    ]


@pytest.mark.parametrize(
    "entry",
    [Entry("md5", "ab" * 16), Entry("sha256", "ab"), Entry("picture", SHA), Entry("picture", "g" * 16)],
)
def test_what_is_no_hash_is_refused(keeper: User, entry: Entry) -> None:
    kept = made(keeper)
    with pytest.raises(InvalidInput):
        hashlists.add(user=keeper, list_id=kept.pk, entry=entry)


def test_a_list_has_a_bound(keeper: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashlists, "MOST_ENTRIES", 1)
    kept = made(keeper, Entry("sha256", SHA))
    with pytest.raises(InvalidInput):
        hashlists.add(user=keeper, list_id=kept.pk, entry=Entry("sha256", "cd" * 32))
    assert HashEntry.objects.count() == 1


def test_lists_take_the_same_number_of_queries_however_many_there_are(keeper: User) -> None:
    counts = []
    for number in range(1, 4):
        made(keeper, Entry("sha256", f"{number:064x}"), name=f"list {number}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            list(hashlists.listed(user=User.objects.get(pk=keeper.pk)))
        counts.append(len(asked))
    assert len(set(counts)) == 1


# --- Files ----------------------------------------------------------------------------------------------------------
def test_what_is_written_can_be_read_again(keeper: User) -> None:
    kept = made(keeper, Entry("sha256", SHA, "naïve, “quoted”"), Entry("picture", f"{PRINT:016x}", "=1+1"))

    def whole(form: str) -> str:
        rows = hashlists.exported(user=keeper, hash_list=kept)
        return b"".join(hashfiles.written(rows, form=form)).decode()

    told = [Entry("sha256", SHA, "naïve, “quoted”"), Entry("picture", f"{PRINT:016x}", "=1+1")]
    assert read(whole("json"), "json") == told
    assert read(whole("csv"))[0] == told[0]
    assert read(whole("csv"))[1].note == "'=1+1"  # no formula where the file is opened


def test_a_json_list_longer_than_a_piece_is_read_with_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashfiles, "_PIECE", 150)
    rows = [{"kind": "sha256", "value": f"{number:064x}"} for number in range(50)]
    text = "\ufeff[" + ",\n".join(json.dumps(one) for one in rows) + "]"
    assert [one.value for one in read(text, "json")] == [one["value"] for one in rows]
    rows[30]["value"] = "wrong"
    text = "[" + ",\n".join(json.dumps(one) for one in rows) + "]"
    assert faults(text, "json") == [("line 31", "invalid")]
    assert read(" [ ] ", "json") == []


@pytest.mark.parametrize(
    ("text", "form", "told"),
    [
        (f"value\n{SHA}\n", "csv", [("line 1", "headings")]),
        ("", "csv", [("line 1", "headings")]),
        (CSV + "sha256,xyz,\nmd5,1,\n", "csv", [("line 4", "invalid"), ("line 5", "invalid")]),
        (CSV + f"sha256,{SHA},a,b\n", "csv", [("line 4", "invalid")]),
        (CSV + "x" * 5_000 + "\n", "csv", [("line 4", "too_long")]),
        ("{}", "json", [("line 1", "invalid")]),
        ('[{"kind": "sha256"', "json", [("line 1", "invalid")]),
        ("[1, 2]", "json", [("line 1", "invalid"), ("line 1", "invalid")]),
        ("[" * 100_000, "json", [("line 1", "invalid")]),
    ],
)
def test_faults_are_told_by_their_lines(text: str, form: str, told: list[tuple[str, str]]) -> None:
    assert faults(text, form) == told


def test_bytes_that_are_no_text_and_too_many_of_them_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput):
        list(hashfiles.read(io.BytesIO(b"kind,value\nsha256,\xff\xfe\n"), form="csv"))
    monkeypatch.setattr(hashfiles, "MOST_BYTES", 40)
    with pytest.raises(InvalidInput) as refused:
        read(CSV)
    assert refused.value.errors[0].code == "too_large"


def test_a_file_with_a_fault_adds_nothing(keeper: User) -> None:
    kept = made(keeper)
    with pytest.raises(InvalidInput):
        told = hashfiles.read(io.BytesIO((CSV + "picture,1,\n").encode()), form="csv")
        hashlists.load(user=keeper, list_id=kept.pk, entries=told)
    assert not HashEntry.objects.exists()
    told = hashfiles.read(io.BytesIO(CSV.encode()), form="csv")
    assert hashlists.load(user=keeper, list_id=kept.pk, entries=told) == 2
    told = hashfiles.read(io.BytesIO(CSV.encode()), form="csv")
    assert hashlists.load(user=keeper, list_id=kept.pk, entries=told) == 0


# --- Matching -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("apart", "score"), [(0, 1.0), (3, 1 - 3 / 64), (7, 1 - 7 / 64), (9, None)])
def test_pictures_are_alike_as_far_as_eight_bits(keeper: User, apart: int, score: float | None) -> None:
    made(keeper, Entry("picture", f"{PRINT:016x}"))
    other = PRINT ^ sum(1 << 9 * bit % 64 for bit in range(apart))
    asset = fingerprinted(other, 0xFFFF0000FFFF1234)
    assert hashmatching.match_fingerprint(asset=asset) is (score is not None)
    assert [hit.score for hit in HashHit.objects.all()] == ([] if score is None else [score])


def test_the_best_second_stays_and_a_list_out_of_use_matches_nothing(keeper: User) -> None:
    kept = made(keeper, Entry("picture", f"{PRINT:016x}"), Entry("sha256", SHA))
    asset = AssetFactory(published=True, sha256=SHA)
    hashmatching.match_pictures(asset=asset, prints=[(1.0, PRINT ^ 7), (2.0, PRINT ^ 1)])
    hashmatching.match_pictures(asset=asset, prints=[(5.0, PRINT ^ 3)])
    hit = HashHit.objects.get()
    assert (hit.score, hit.second) == (1 - 1 / 64, 2.0)
    hashlists.change(user=keeper, list_id=kept.pk, is_active=False)
    assert not hashmatching.match_bytes(asset=asset) and not hashlists.has_pictures()


def test_the_library_is_searched_when_a_list_grows(keeper: User) -> None:
    same, alike = AssetFactory(published=True, sha256=SHA), fingerprinted(1 << 40 | 77, PRINT ^ 5)
    apart = AssetFactory(published=True)
    kept = made(keeper, Entry("sha256", SHA), Entry("picture", f"{PRINT:016x}"))
    assert (hashsearch.catch_up(), hashsearch.catch_up()) == (1, 0)
    assert {(hit.asset, hit.score, hit.second) for hit in HashHit.objects.all()} == {
        (same, 1.0, None),
        (alike, 1 - 2 / 64, 1.0),
    }
    judging.sweep()
    standing = {asset.pk: asset.publication for asset in Asset.objects.all()}
    assert (standing[same.pk], standing[apart.pk]) == ("blocked", "published")
    assert Judgement.objects.get(asset=alike).bands["known-hashes"] == "review"
    # What a list said is gone with it, as long as nobody has decided.
    hashlists.delete(user=keeper, list_id=kept.pk)
    judging.sweep()
    assert set(Asset.objects.values_list("publication", flat=True)) == {"published"}
    assert set(Case.objects.values_list("status", flat=True)) == {"closed"}


def test_a_list_that_comes_back_into_use_finds_what_came_in_meanwhile(keeper: User) -> None:
    kept = made(keeper, Entry("sha256", SHA))
    hashsearch.catch_up()
    hashlists.change(user=keeper, list_id=kept.pk, is_active=False)
    asset = AssetFactory(published=True, sha256=SHA)
    assert hashsearch.catch_up() == 0
    hashlists.change(user=keeper, list_id=kept.pk, is_active=True)
    assert hashsearch.catch_up() == 1
    assert HashHit.objects.get().asset == asset


def test_a_long_list_is_searched_part_by_part(keeper: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashsearch, "_AT_ONCE", 2)
    monkeypatch.setattr(hashsearch, "_PARTS", 2)
    kept = made(keeper, *(Entry("sha256", f"{number:064x}") for number in range(5)))
    assert hashsearch.search_library(list_id=kept.pk) == 4
    assert hashsearch.search_library(list_id=kept.pk) == 1
