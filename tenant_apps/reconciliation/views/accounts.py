from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.forms.statements import AccountForm, initial_account
from tenant_apps.reconciliation.models import BankAccount
from tenant_apps.reconciliation.operations import AccountChange
from tenant_apps.reconciliation.views import asked_page
from tenants.context import current_organization

MANAGE = Permission.BANK_MANAGE


@page(MANAGE)
def bank_account_list(request: ActorRequest) -> HttpResponse:
    """Our accounts, and the folder in which statements may be left."""
    context = {
        "page": asked_page(queries.accounts_with_facts(), request, "in_order"),
        "folder": f"statements/inbox/{current_organization().id}",
    }
    return render(request, "reconciliation/bank_account_list.html", context)


@page(MANAGE)
def bank_account_create(request: ActorRequest) -> HttpResponse:
    initial = {"currency": "EUR", "iban": request.GET.get("iban", "")[:42]}
    return form_page(request, "reconciliation/bank_account_create.html", AccountForm(initial=initial))


@bank_account_create.act
def create_bank_account(request: ActorRequest) -> HttpResponse:
    form = AccountForm(request.POST)
    try:
        if form.is_valid():
            operations.create_bank_account(account=form.as_account(), by=request.actor, at=clock.now())
            return done(request, to="bank_account_list", message=_("The account was added."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "reconciliation/bank_account_create.html", form)


@page(MANAGE)
def bank_account_edit(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    account = queries.all_accounts().get(pk=bank_account_id)
    return _edit_page(request, account, AccountForm(initial=initial_account(account)))


@bank_account_edit.act
def change_bank_account(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    account = queries.all_accounts().get(pk=bank_account_id)
    form = AccountForm(request.POST)
    try:
        if form.is_valid():
            operations.change_bank_account(
                bank_account_id=bank_account_id,
                change=AccountChange(**form.cleaned_data),
                by=request.actor,
                at=clock.now(),
            )
            return done(request, to="bank_account_list", message=_("The account was saved."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _edit_page(request, account, form)


@act(MANAGE)
def archive_bank_account(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    operations.archive_bank_account(bank_account_id=bank_account_id, by=request.actor, at=clock.now())
    return done(request, to="bank_account_list", message=_("The account was archived."))


@act(MANAGE)
def unarchive_bank_account(request: ActorRequest, bank_account_id: UUID) -> HttpResponse:
    operations.unarchive_bank_account(bank_account_id=bank_account_id, by=request.actor, at=clock.now())
    return done(request, to="bank_account_list", message=_("The account is in use again."))


def _edit_page(request: ActorRequest, account: BankAccount, form: AccountForm) -> HttpResponse:
    return form_page(request, "reconciliation/bank_account_edit.html", form, {"account": account})
