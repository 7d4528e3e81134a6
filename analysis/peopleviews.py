"""The pages on which managers say who may be named, with whose consent, and by which pictures they are known."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.forms import ConsentForm, PersonForm
from analysis.models import Person, PersonPicture
from analysis.services import people, persons, portraits
from mediaportal.core.problems import Problem

_PAGE = 50


@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody who may be named, by name; and whether anybody is."""
    _require_manager(request)
    page = Paginator(persons.listed(), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [persons.standing_of(person) for person in page],
        "house": persons.house(),
        "faces_to_remove": persons.faces_to_remove(),
    }
    return render(request, "analysis/people.html", context)


@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """Add a person with the consent."""
    _require_manager(request)
    form = PersonForm(request.POST or None)
    consent = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and consent.is_valid():
        try:
            made = people.add(user=request.user, **form.cleaned_data, consent=consent.consent)
        except Problem as problem:
            wrong = consent if any(one.field in consent.fields for one in problem.errors) else form
            wrong.refuse(problem)
        else:
            messages.success(request, _("Saved. Now add a picture."))
            return redirect("person", made.pk)
    status = 422 if form.errors or consent.errors else 200
    context = {"form": form, "consent_form": consent, "house": persons.house()}
    return render(request, "analysis/person_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def person_page(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """A person: name, consent and pictures. Saving changes name and note."""
    _require_manager(request)
    person = _person(person_id)
    form = PersonForm(request.POST or None, initial={"name": person.name, "note": person.note})
    if request.method == "POST" and form.is_valid():
        try:
            people.change(user=request.user, person=person, **form.cleaned_data)
        except Problem as problem:
            form.refuse(problem)
        else:
            messages.success(request, _("Saved"))
            return redirect("person", person_id)
    return _page(request, person, form=form)


@require_POST
def person_consent(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Write a further consent down."""
    _require_manager(request)
    person, form = _person(person_id), ConsentForm(request.POST)
    if form.is_valid():
        try:
            people.consented(user=request.user, person=person, consent=form.consent)
        except Problem as problem:
            form.refuse(problem)
        else:
            messages.success(request, _("The consent has been written down."))
            return redirect("person", person_id)
    return _page(request, person, consent_form=form)


@require_POST
def person_withdraw(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Withdraw every consent."""
    _require_manager(request)
    return _done(
        request,
        person_id,
        lambda: people.withdraw(user=request.user, person=_person(person_id)),
        _("The consent has been withdrawn, and the name is gone."),
    )


@require_POST
def person_delete(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Delete a person with everything that is known of them."""
    _require_manager(request)
    people.remove(user=request.user, person=_person(person_id))
    messages.success(request, _("The person has been deleted."))
    return redirect("people")


@require_GET
def person_pictures(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The pictures alone, for a page that waits for them."""
    _require_manager(request)
    return render(
        request, "analysis/person_pictures.html", {"standing": persons.standing_of(_person(person_id))}
    )


@require_POST
def person_picture_send(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Keep the picture that is sent."""
    _require_manager(request)
    person, file = _person(person_id), request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, _("Choose a picture first."))
        return redirect("person", person_id)
    data = file.read(portraits.MOST_BYTES + 1)  # one byte more than is taken, so that too many are seen
    return _done(
        request,
        person_id,
        lambda: portraits.send(user=request.user, person=person, data=data),
        _("The picture is being taken in."),
    )


@require_POST
def person_picture_delete(request: HttpRequest, person_id: UUID, picture_id: UUID) -> HttpResponse:
    """Delete a picture."""
    _require_manager(request)
    picture = PersonPicture.objects.filter(pk=picture_id, person=person_id).defer("image").first()
    if picture is None:
        raise Http404
    return _done(
        request,
        person_id,
        lambda: portraits.remove(user=request.user, picture=picture),
        _("The picture has been deleted."),
    )


def _done(request: HttpRequest, person_id: UUID, act: Any, said: str) -> HttpResponse:
    """Do something and go back to the person; what is refused is said there."""
    try:
        act()
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, said)
    return redirect("person", person_id)


def _page(
    request: HttpRequest,
    person: Person,
    *,
    form: PersonForm | None = None,
    consent_form: ConsentForm | None = None,
) -> HttpResponse:
    """The page of a person, with a form that was refused, if there was one."""
    form = form or PersonForm(initial={"name": person.name, "note": person.note})
    wrong = bool(form.errors or (consent_form and consent_form.errors))
    context = {
        "person": person,
        "standing": persons.standing_of(person),
        "named": persons.named_in(person),
        "form": form,
        "consent_form": consent_form or ConsentForm(),
        "consent_open": consent_form is not None,
        "house": persons.house(),
        "most": portraits.MOST,
    }
    return render(request, "analysis/person.html", context, status=422 if wrong else 200)


def _person(person_id: UUID) -> Person:
    found = persons.listed().filter(pk=person_id).first()
    if found is None:
        raise Http404
    return found


def _require_manager(request: HttpRequest) -> None:
    """403 for those who may not manage people."""
    if not people.may_manage(request.user):
        raise PermissionDenied
