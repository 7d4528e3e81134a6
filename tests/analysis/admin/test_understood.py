"""The admin of analyses: whether people are named in a collection is written down by whoever chooses it."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from analysis.models import CollectionSetting, Policy
from analysis.services.moderation import replaying
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from tests.analysis.moderating import judged
from tests.analysis.people import kept_picture, person_of, wanting
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


class Fields(HTMLParser):
    """What the form of a change sends when nothing is changed in it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name = told.get("name") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in told and self.select:
            self.sent[self.select] = told.get("value") or ""
        elif tag == "input" and name and (told.get("type") != "checkbox" or "checked" in told):
            self.sent[name] = told.get("value") or ("on" if told.get("type") == "checkbox" else "")


def address_of(setting: CollectionSetting) -> str:
    return reverse("admin:analysis_collectionsetting_change", args=[setting.pk])


def form_of(client: Client, setting: CollectionSetting) -> dict[str, str]:
    """What the page sends when nothing is changed on it."""
    fields = Fields()
    fields.feed(client.get(address_of(setting)).content.decode())
    known = {one.name for one in CollectionSetting._meta.fields}
    return {name: value for name, value in fields.sent.items() if name.removeprefix("initial-") in known}


def said(client: Client, setting: CollectionSetting, **changes: str | bool) -> bool:
    """Change some fields on the page; True when it was taken."""
    sent = form_of(client, setting)
    for name, value in changes.items():
        if value is False:
            sent.pop(name)
        else:
            sent[name] = "on" if value is True else value
    return client.post(address_of(setting), sent).status_code == 302


def test_a_choice_to_name_people_is_written_down(client: Client, film: Asset) -> None:
    setting, manager = wanting(film), UserFactory(role="manager")
    client.force_login(manager)
    assert said(client, setting, names_people=False)
    assert said(client, setting, monthly_budget="5")
    assert said(client, setting, only_here=True)
    assert said(client, setting, names_people=True)
    assert said(client, setting)
    acts = Entry.objects.order_by("id").values_list("action", "object_id", "actor", "detail__fields")
    mine = (str(setting.pk), manager.pk)
    assert list(acts) == [
        ("collection.analysis_changed", *mine, ["names_people"]),
        ("collection.people_not_named", *mine, None),
        ("collection.analysis_changed", *mine, ["monthly_budget"]),
        ("collection.analysis_changed", *mine, ["only_here"]),
        ("collection.analysis_changed", *mine, ["names_people"]),
        ("collection.people_named", *mine, None),
    ]


def test_what_somebody_said_meanwhile_stays(client: Client, film: Asset) -> None:
    setting = wanting(film)
    client.force_login(UserFactory(role="manager"))
    shown = form_of(client, setting)
    CollectionSetting.objects.filter(pk=setting.pk).update(only_here=True)
    assert client.post(address_of(setting), {**shown, "languages": "ar"}).status_code == 302
    setting.refresh_from_db()
    assert (setting.only_here, setting.languages) == (True, ["ar"])


def test_whoever_does_not_manage_people_does_not_have_them_named(client: Client, film: Asset) -> None:
    setting, editor = wanting(film), UserFactory(role="viewer")
    User.objects.filter(pk=editor.pk).update(is_staff=True)
    names = ("view_collectionsetting", "change_collectionsetting", "change_collection")
    editor.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(editor)
    shown = form_of(client, setting)
    assert "names_people" not in shown
    sent = {**shown, "engine": "local", "initial-names_people": "True"}
    assert client.post(address_of(setting), sent).status_code == 302
    setting.refresh_from_db()
    assert (setting.engine, setting.names_people) == ("local", True)
    editor.user_permissions.set(Permission.objects.filter(codename__in=names[:2]))
    assert client.post(address_of(setting), {"engine": "auto"}).status_code == 403


def test_what_the_service_does_not_take_stands_in_the_form(client: Client, film: Asset) -> None:
    setting = wanting(film)
    client.force_login(UserFactory(role="manager"))
    answer = client.post(address_of(setting), {**form_of(client, setting), "languages": "no language"})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    setting.refresh_from_db()
    assert setting.languages == []


def test_what_is_said_is_neither_added_nor_deleted_here(client: Client, film: Asset) -> None:
    setting = wanting(film)
    client.force_login(UserFactory(role="manager"))
    assert client.get(reverse("admin:analysis_collectionsetting_add")).status_code == 403
    address = reverse("admin:analysis_collectionsetting_delete", args=[setting.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403


def test_people_are_looked_at_and_not_changed(client: Client) -> None:
    person = kept_picture(person_of()).person
    client.force_login(UserFactory(role="manager"))
    page = client.get(reverse("admin:analysis_person_change", args=[person.pk]))
    assert page.status_code == 200
    assert "face-1" in page.content.decode()
    assert client.get(reverse("admin:analysis_person_add")).status_code == 403
    assert client.post(reverse("admin:analysis_person_delete", args=[person.pk])).status_code == 403


def test_policies_are_looked_at_without_those_that_are_hidden(client: Client) -> None:
    hidden, shown = (Policy.objects.get(slug=slug) for slug in ("known-hashes", "unsafe"))
    staff = UserFactory(role="manager")
    client.force_login(staff)
    address = reverse("admin:analysis_policy_changelist")
    assert hidden.name in client.get(address).content.decode()
    page = client.get(reverse("admin:analysis_policy_change", args=[shown.pk])).content.decode()
    assert shown.statement in page
    assert client.get(reverse("admin:analysis_policy_add")).status_code == 403
    plain = UserFactory(role="contributor")
    User.objects.filter(pk=plain.pk).update(is_staff=True)
    for codename in ("view_policy", "view_policyversion", "manage_policies"):
        plain.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(plain)
    listed = client.get(address).content.decode()
    assert (hidden.name in listed, shown.name in listed) == (False, True)
    versions = client.get(reverse("admin:analysis_policyversion_changelist")).content.decode()
    assert (hidden.name in versions, shown.name in versions) == (False, True)


def test_replays_and_judgements_are_looked_at(client: Client) -> None:
    manager = UserFactory(role="manager")
    asset = judged(AssetFactory(published=True, title="Harbour"))
    replay = replaying.start(user=manager, policy=Policy.objects.get(slug="unsafe"))
    client.force_login(manager)
    for name, pk, word in (("replay", replay.pk, "running"), ("judgement", asset.pk, "house-rules")):
        assert client.get(reverse(f"admin:analysis_{name}_changelist")).status_code == 200
        page = client.get(reverse(f"admin:analysis_{name}_change", args=[pk])).content.decode().lower()
        assert word in page
