"""The landing page and sign-up. They stand on the public host, before anybody is a member of anything."""

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from shared_apps.accounts.models import User
from shared_apps.accounts.operations import EmailTaken, begin_handover
from shared_apps.accounts.queries import handover_path, person_actor, user_by_email, visitor_actor
from shared_apps.core import clock
from shared_apps.core.errors import DomainError, Refused, Text
from shared_apps.core.http import add_refusal, address_on, form_page
from shared_apps.plans.catalog import PLANS, Limit
from shared_apps.website import operations
from shared_apps.website.forms import CompanyForm, SignUpForm
from shared_apps.website.operations import Person
from shared_apps.website.queries import just_founded, require_free_subdomain, suggest_subdomain
from tenants.queries import primary_host

LIMIT_NAMES: dict[Limit, Text] = {
    Limit.INVOICES_PER_MONTH: _("invoices a month"),
    Limit.CONTACTS: _("contacts"),
    Limit.MEMBERS: _("people in the team"),
}


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What Tefter is, what it costs, and the way in."""
    plans = [
        {
            "name": plan.name,
            "code": plan.code,
            "limits": [(LIMIT_NAMES[key], count) for key, count in plan.limits.items()],
        }
        for plan in PLANS.values()
        if plan.is_offered
    ]
    return render(request, "website/landing.html", {"plans": plans})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """A person and their company on one page; who is signed in already founds another organization."""
    kind = CompanyForm if request.user.is_authenticated else SignUpForm
    if request.method != "POST":
        return _sign_up_page(request, kind())
    if not ratelimit.consume(request, action="signup"):
        return ratelimit.respond_429(request)
    form = kind(request.POST)
    if form.is_valid():
        try:
            return _found(request, form)
        except Refused as refusal:
            add_refusal(form, refusal)
    return _sent_twice(request) or _sign_up_page(request, form)


@require_safe
def check_subdomain(request: HttpRequest) -> HttpResponse:
    """While one types: suggest an address from the company's name, or judge the one that was written."""
    subdomain = request.GET.get("subdomain", "").strip().lower()
    if request.headers.get("HX-Target") != "subdomain-field":
        return render(request, "website/sign_up.html#status", _judgement(subdomain))
    if subdomain in {"", request.GET.get("suggested", "")}:
        subdomain = suggest_subdomain(request.GET.get("company_name", ""))
    form = CompanyForm(initial={"subdomain": subdomain, "suggested": subdomain})
    return render(request, "website/sign_up.html#subdomain", {"form": form, **_judgement(subdomain)})


def _judgement(subdomain: str) -> dict[str, Any]:
    """What stands beside the address: nothing, that it is free, or what is wrong with it."""
    try:
        require_free_subdomain(subdomain)
    except DomainError as refusal:
        return {"subdomain": subdomain, "problem": str(refusal) if subdomain else ""}
    return {"subdomain": subdomain, "problem": ""}


def _found(request: HttpRequest, form: CompanyForm) -> HttpResponse:
    language = get_language() or settings.LANGUAGE_CODE
    user, at = request.user, clock.now()
    if isinstance(user, User):
        organization = operations.found_company(
            user_id=user.pk, company=form.company(), by=person_actor(user), at=at
        )
        return _hand_over(request, user, organization.pk)
    typed = form.cleaned_data
    person = Person(name=typed["name"], email=typed["email"], password=typed["password"], language=language)
    organization = operations.sign_up(
        person=person,
        company=form.company(),
        origin=address_on(request, settings.BASE_DOMAIN),
        by=visitor_actor(language),
        at=at,
    )
    return _hand_over(request, user_by_email(person.email), organization.pk)


def _sent_twice(request: HttpRequest) -> HttpResponse | None:
    """The way in for one whose first press succeeded: the same person, with the password, founded it."""
    try:
        owner = (
            request.user if isinstance(request.user, User) else user_by_email(request.POST.get("email", ""))
        )
    except User.DoesNotExist:
        return None
    subdomain = request.POST.get("subdomain", "").strip().lower()
    organization_id = just_founded(subdomain=subdomain, owner=owner, at=clock.now())
    if organization_id is None:
        return None
    is_owner = request.user.is_authenticated or owner.check_password(request.POST.get("password", ""))
    return _hand_over(request, owner, organization_id) if is_owner else None


def _hand_over(request: HttpRequest, user: User, organization_id: UUID) -> HttpResponse:
    token = begin_handover(
        user_id=user.pk, organization_id=organization_id, by=person_actor(user), at=clock.now()
    )
    return redirect(address_on(request, primary_host(organization_id), handover_path(token)))


def _sign_up_page(request: HttpRequest, form: CompanyForm) -> HttpResponse:
    is_taken = (
        "email" in form.fields and form.is_bound and str(EmailTaken.message) in form.errors.get("email", [])
    )
    context = {"is_email_taken": is_taken, "subdomain": "", "problem": ""}
    return form_page(request, "website/sign_up.html", form, context)
