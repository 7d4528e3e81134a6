"""What is encrypted, how, and what becomes of the set before it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from assets.exceptions import InvalidOptions
from assets.models import Collection, Variant
from assets.services.names import asset_folder
from processing.exceptions import StepPostponed
from processing.models import ContentKey, Job, Package
from processing.packager.encryption import ALL
from processing.services import packages, planning
from processing.services.keys import GivenKey
from processing.services.packages import Order
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
KEY = bytes.fromhex("0f" * 16)


def collection(encryption: str = "", parent: Collection | None = None) -> Collection:
    made: Collection = Collection.objects.create(
        name=str(uuid4()), encryption=encryption, parent=parent, created_by=UserFactory(role="manager")
    )
    return made


def job_of(asset: Any, **options: Any) -> Job:
    return planning.create(asset=asset, job_id=asset.job_id, parameters=options)


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        (None, None), ("", None), (True, "cbcs"), ("true", "cbcs"), ("cbcs", "cbcs"), ("cenc", "cenc"),
        (False, ""), ("false", ""),
    ],
)  # fmt: skip
def test_what_the_option_says(said: Any, scheme: str | None) -> None:
    assert packages.scheme_in(said) == scheme
    packages.validate_options({} if said is None else {"encrypt": said})


@pytest.mark.parametrize("said", ["yes", "CBCS", 1, ["cbcs"], {}])
def test_what_the_option_cannot_say(said: Any) -> None:
    with pytest.raises(InvalidOptions) as caught:
        packages.validate_options({"encrypt": said})
    assert [error.field for error in caught.value.errors] == ["processing_options.encrypt"]


@pytest.mark.parametrize(
    ("option", "of_collection", "of_preset", "wanted"),
    [
        (None, "", "", ""),
        (None, "", "cenc", "cenc"),
        (None, "cbcs", "cenc", "cbcs"),
        ("cenc", "cbcs", "", "cenc"),
        (False, "cbcs", "cenc", ""),
        (True, "", "", "cbcs"),
    ],
)
def test_the_upload_counts_first_then_the_collection_then_the_preset(
    option: Any, of_collection: str, of_preset: str, wanted: str
) -> None:
    asset = AssetFactory()
    asset.collections.add(collection(of_collection))
    recipe = {"encryption": of_preset}
    parameters = {"recipe": recipe} | ({} if option is None else {"encrypt": option})
    found = packages.settled(asset=asset, parameters=parameters)
    assert found == {"recipe": recipe} | ({"encrypt": wanted} if wanted else {})


def test_a_collection_says_what_those_around_it_say() -> None:
    asset = AssetFactory()
    inner = collection(parent=collection(parent=collection("cenc")))
    asset.collections.add(collection(), inner)
    assert packages.settled(asset=asset, parameters={})["encrypt"] == "cenc"
    inner.encryption = "cbcs"
    inner.save()
    assert packages.settled(asset=asset, parameters={})["encrypt"] == "cbcs"


def test_pictures_are_not_encrypted() -> None:
    asset = AssetFactory(image=True)
    assert packages.settled(asset=asset, parameters={"encrypt": "cbcs"}) == {}
    job_of(asset, encrypt="cbcs")
    asset.refresh_from_db()
    assert asset.encryption == ""


def test_an_asset_is_known_as_encrypted_before_anything_is_made_of_it() -> None:
    asset = AssetFactory()
    job = job_of(asset, encrypt=True)
    asset.refresh_from_db()
    assert (asset.encryption, job.parameters["encrypt"]) == ("cbcs", "cbcs")


def test_a_sound_is_packaged_only_where_it_is_encrypted() -> None:
    clear, locked = job_of(AssetFactory(audio=True)), job_of(AssetFactory(audio=True), encrypt="cbcs")
    assert not clear.steps.filter(name="packaging").exists()
    assert clear.steps.get(name="metadata").depends_on == ["transcoding"]
    assert locked.steps.get(name="metadata").depends_on == ["transcoding", "packaging"]


def test_keys_are_made_once_for_each_group() -> None:
    package = packages.ask(order=Order("cbcs"), asset=AssetFactory())
    first = packages.encryption_of(package=package, sides=[1080, 360], sound=True)
    again = packages.encryption_of(package=package, sides=[1080, 360], sound=True)
    assert first is not None and again is not None
    assert set(first.keys) == {"SD", "HD", "AUDIO"}
    assert first.keys == again.keys
    kid = first.keys["SD"].kid
    assert str(package.pk) in first.key_uri(kid) and str(kid) in first.key_uri(kid)
    assert ContentKey.objects.filter(package=package).count() == 3


def test_the_callers_pair_is_for_all_or_for_the_pictures() -> None:
    given = GivenKey(uuid4(), KEY)
    for tracks, label in (("all", ALL), ("video", "")):
        package = packages.ask(order=Order("cbcs", tracks=tracks, given=given), asset=AssetFactory())
        lock = packages.encryption_of(package=package, sides=[360], sound=True)
        assert lock is not None
        assert {one: (key.kid, key.key) for one, key in lock.keys.items()} == {ALL: (given.kid, KEY)}
        assert lock.label_of("audio", 0) == label
        alone = packages.encryption_of(package=package, sides=[], sound=True)
        assert alone is not None and alone.label_of("audio", 0) == ALL


def test_a_clear_set_has_no_keys() -> None:
    package = packages.ask(order=Order(""), asset=AssetFactory())
    assert packages.encryption_of(package=package, sides=[360], sound=True) is None


def test_a_set_that_was_ordered_with_its_file_finds_it() -> None:
    package = packages.ask(order=Order("cbcs", tracks="video", given=GivenKey(uuid4(), KEY)))
    asset = AssetFactory()
    job = job_of(asset, encrypt="cbcs", package=str(package.pk))
    assert packages.of_job(job) == package
    package.refresh_from_db()
    assert (package.asset, package.job, package.scheme) == (asset, job, "cbcs")


def test_another_file_does_not_take_what_was_ordered() -> None:
    asset = AssetFactory()
    package = packages.ask(order=Order("cbcs"), asset=asset)
    job_of(AssetFactory(), encrypt="cbcs", package=str(package.pk))
    package.refresh_from_db()
    assert package.asset == asset


def test_a_set_takes_the_place_of_the_one_before_it() -> None:
    asset = AssetFactory(encryption="cbcs")
    old, new = (packages.ask(order=Order("cbcs"), asset=asset) for _time in range(2))
    packages.ready(package_id=old.pk, encrypted_tracks=[1])
    assert packages.current(asset) == old
    packages.ready(package_id=new.pk, encrypted_tracks=[1, 2])
    old.refresh_from_db()
    asset.refresh_from_db()
    assert packages.current(asset) == new and old.retired_at is not None
    assert Package.objects.get(pk=new.pk).encrypted_tracks == [1, 2]
    assert asset.link_epoch == 0, "links to the old set live on"


def test_where_a_set_lies_is_remembered_also_when_it_is_packaged_once_more() -> None:
    asset = AssetFactory()
    package, other = (packages.ask(order=Order("cbcs"), asset=asset) for _time in range(2))
    for run in ("first", "second"):
        Variant.objects.all().delete()
        for form in ("hls", "dash"):
            facts = {"package": str(package.pk), "prefix": f"{asset_folder(asset.pk)}/packaging/{run}"}
            VariantFactory(asset=asset, **{form: True}, detail=facts)
        packages.ready(package_id=package.pk, encrypted_tracks=[1])
    package.refresh_from_db()
    home = f"{asset_folder(asset.pk)}/packaging"
    assert package.prefixes == [f"{home}/first", f"{home}/second"]
    packages.ready(package_id=other.pk, encrypted_tracks=[1])
    other.refresh_from_db()
    assert other.prefixes == []


def test_what_was_clear_and_is_encrypted_now_ends_all_links_once() -> None:
    asset = AssetFactory()
    for epoch in (1, 1):
        packages.ready(package_id=packages.ask(order=Order("cbcs"), asset=asset).pk, encrypted_tracks=[1])
        asset.refresh_from_db()
        assert (asset.encryption, asset.link_epoch) == ("cbcs", epoch)
    packages.ready(package_id=packages.ask(order=Order(""), asset=asset).pk, encrypted_tracks=[])
    asset.refresh_from_db()
    assert (asset.encryption, asset.link_epoch) == ("", 1)


def test_a_set_that_was_replaced_meanwhile_does_not_come_back() -> None:
    asset = AssetFactory()
    old, new = (packages.ask(order=Order(scheme), asset=asset) for scheme in ("", "cbcs"))
    for package in (old, new):
        packages.ready(package_id=package.pk, encrypted_tracks=[])
    with pytest.raises(StepPostponed), transaction.atomic():
        packages.ready(package_id=old.pk, encrypted_tracks=[])
    assert packages.current(asset) == new


def test_keys_of_files_that_never_came_are_forgotten() -> None:
    kept = packages.ask(order=Order("cbcs", given=GivenKey(uuid4(), KEY)))
    packages.ask(order=Order("cbcs"), asset=AssetFactory())
    gone = packages.ask(order=Order("cbcs", given=GivenKey(UUID(int=1), KEY)))
    Package.objects.exclude(pk=kept.pk).update(created_at=timezone.now() - packages._FORGOTTEN)
    packages.forget_waiting()
    assert not Package.objects.filter(pk=gone.pk).exists()
    assert not ContentKey.objects.filter(kid=UUID(int=1)).exists()
    assert Package.objects.count() == 2
