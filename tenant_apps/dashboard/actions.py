"""What the palette (Ctrl-K) offers: one table of actions, and which of them fit the page that is open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Text
from shared_apps.core.permissions import Permission as P
from tenant_apps.catalog.queries import product
from tenant_apps.crm.queries import visible_company, visible_contact, visible_deal, visible_task
from tenant_apps.invoices.queries import visible_invoice, visible_offer
from tenant_apps.sharing.queries import may_change

LANGUAGES = ("bg", "en")


@dataclass(frozen=True)
class Action:
    """One line of the palette. `on`: the kind of record whose page it fits, "" for every page.

    With `of_record` its address takes the id; `passing` names the parameter under which the id is passed on.
    `changes` is for those who may change the record; `posts` for an act, which checks the rights again.
    """

    label: Text
    page: str
    permission: P
    icon: str
    on: str = ""
    of_record: bool = False
    passing: str = ""
    changes: bool = False
    posts: bool = False
    fits: Callable[[Any], bool] = field(default=lambda record: True)


@dataclass(frozen=True)
class Offer:
    """An action as the page shows it; `words` are those it is found by, in both languages."""

    label: str
    words: str
    icon: str
    url: str
    posts: bool


def _in_use(record: Any) -> bool:
    return record.archived_at is None


def _archived(record: Any) -> bool:
    return record.archived_at is not None and getattr(record, "merged_into_id", None) is None


def _is_draft(document: Any) -> bool:
    return bool(document.is_draft)


def _of(noun: str, permission: P) -> tuple[Action, ...]:
    """What can be done to every record that is edited and archived."""
    archive = pgettext_lazy("act", "Archive")
    return (
        Action(_("Edit"), f"{noun}_edit", permission, "pencil", noun, of_record=True, changes=True),
        Action(
            archive,
            f"archive_{noun}",
            permission,
            "archive",
            noun,
            of_record=True,
            changes=True,
            posts=True,
            fits=_in_use,
        ),
        Action(
            _("Bring back"),
            f"unarchive_{noun}",
            permission,
            "archive-off",
            noun,
            of_record=True,
            changes=True,
            posts=True,
            fits=_archived,
        ),
    )


def _go(label: Text, page: str, permission: P, icon: str) -> Action:
    return Action(format_lazy("{} {}", _("Go to:"), label), page, permission, icon)


ACTIONS = (
    *_of("company", P.COMPANIES_EDIT),
    *_of("contact", P.CONTACTS_EDIT),
    *_of("deal", P.DEALS_EDIT),
    *_of("task", P.TASKS_EDIT),
    *_of("product", P.PRODUCTS_EDIT),
    Action(_("Add a task to this"), "task_create", P.TASKS_EDIT, "checkbox", "company", passing="company_id"),
    Action(_("Add a task to this"), "task_create", P.TASKS_EDIT, "checkbox", "contact", passing="contact_id"),
    Action(_("Add a task to this"), "task_create", P.TASKS_EDIT, "checkbox", "deal", passing="deal_id"),
    Action(
        _("Add a contact to this"),
        "contact_create",
        P.CONTACTS_EDIT,
        "address-book",
        "company",
        passing="company",
    ),
    Action(
        _("Invoice this client"),
        "invoice_create",
        P.INVOICES_EDIT,
        "file-invoice",
        "company",
        passing="company_id",
    ),
    Action(
        _("Invoice this client"),
        "invoice_create",
        P.INVOICES_EDIT,
        "file-invoice",
        "contact",
        passing="contact_id",
    ),
    Action(
        _("Statement of this client"),
        "company_statement",
        P.BOOKS_VIEW,
        "report-money",
        "company",
        of_record=True,
    ),
    Action(
        _("Statement of this client"),
        "contact_statement",
        P.BOOKS_VIEW,
        "report-money",
        "contact",
        of_record=True,
    ),
    Action(
        _("Merge with another"),
        "company_merge",
        P.RECORDS_MERGE,
        "copy",
        "company",
        of_record=True,
        fits=_in_use,
    ),
    Action(
        _("Merge with another"),
        "contact_merge",
        P.RECORDS_MERGE,
        "copy",
        "contact",
        of_record=True,
        fits=_in_use,
    ),
    Action(
        _("Mark as done"),
        "complete_task",
        P.TASKS_EDIT,
        "check",
        "task",
        of_record=True,
        changes=True,
        posts=True,
        fits=lambda task: task.done_at is None,
    ),
    Action(
        _("Edit"),
        "invoice_edit",
        P.INVOICES_EDIT,
        "pencil",
        "invoice",
        of_record=True,
        changes=True,
        fits=lambda invoice: invoice.is_draft,
    ),
    Action(
        _("Issue this invoice"),
        "issue_invoice",
        P.INVOICES_ISSUE,
        "send",
        "invoice",
        of_record=True,
        changes=True,
        posts=True,
        fits=lambda invoice: invoice.is_draft,
    ),
    Action(
        _("Edit"),
        "offer_edit",
        P.OFFERS_EDIT,
        "pencil",
        "offer",
        of_record=True,
        changes=True,
        fits=_is_draft,
    ),
    Action(
        _("Send this offer"),
        "send_offer",
        P.OFFERS_SEND,
        "send",
        "offer",
        of_record=True,
        changes=True,
        posts=True,
        fits=_is_draft,
    ),
    Action(
        _("Invoice the offer"),
        "invoice_offer",
        P.INVOICES_EDIT,
        "file-invoice",
        "offer",
        of_record=True,
        changes=True,
        fits=lambda offer: offer.is_accepted,
    ),
    Action(
        _("Offer to this client"), "offer_create", P.OFFERS_EDIT, "file-text", "company", passing="company_id"
    ),
    Action(
        _("Offer to this client"), "offer_create", P.OFFERS_EDIT, "file-text", "contact", passing="contact_id"
    ),
    Action(_("Offer for this deal"), "offer_create", P.OFFERS_EDIT, "file-text", "deal", passing="deal"),
    Action(_("New company"), "company_create", P.COMPANIES_EDIT, "building"),
    Action(_("New contact"), "contact_create", P.CONTACTS_EDIT, "address-book"),
    Action(_("New deal"), "deal_create", P.DEALS_EDIT, "layout-kanban"),
    Action(_("New task"), "task_create", P.TASKS_EDIT, "checkbox"),
    Action(_("New offer"), "offer_create", P.OFFERS_EDIT, "file-text"),
    Action(_("New invoice"), "invoice_create", P.INVOICES_EDIT, "file-invoice"),
    Action(_("New product"), "product_create", P.PRODUCTS_EDIT, "package"),
    _go(_("Dashboard"), "dashboard", P.DASHBOARD_VIEW, "layout-dashboard"),
    _go(_("Who first?"), "who_first", P.DASHBOARD_VIEW, "star"),
    _go(_("Companies"), "company_list", P.COMPANIES_VIEW, "building"),
    _go(_("Contacts"), "contact_list", P.CONTACTS_VIEW, "address-book"),
    _go(_("Deals"), "deal_board", P.DEALS_VIEW, "layout-kanban"),
    _go(_("Tasks"), "task_today", P.TASKS_VIEW, "checkbox"),
    _go(_("Products"), "product_list", P.PRODUCTS_VIEW, "package"),
    _go(_("Offers"), "offer_list", P.OFFERS_VIEW, "file-text"),
    _go(_("Invoices"), "invoice_list", P.INVOICES_VIEW, "file-invoice"),
    _go(_("Payments"), "payment_list", P.PAYMENTS_VIEW, "cash"),
    _go(_("Books"), "books_overview", P.BOOKS_VIEW, "book-2"),
    _go(_("Receivables"), "aged_receivables", P.BOOKS_VIEW, "coins"),
    _go(_("Sales ledger"), "sales_ledger", P.BOOKS_VIEW, "book-2"),
    _go(_("VAT by month"), "vat_summary", P.BOOKS_VIEW, "percentage"),
    _go(_("Month packs"), "month_pack_list", P.BOOKS_HAND_OVER, "file-zip"),
    _go(_("Payment reminders"), "reminder_list", P.INVOICES_VIEW, "clock"),
    _go(_("Reminder settings"), "reminder_settings", P.ORGANIZATION_EDIT, "settings"),
    _go(_("Reports"), "report_list", P.REPORTS_VIEW, "chart-bar"),
    _go(_("Imports"), "import_list", P.IMPORTS_RUN, "upload"),
    _go(_("Possible duplicates: companies"), "company_suspects", P.RECORDS_MERGE, "copy"),
    _go(_("Possible duplicates: contacts"), "contact_suspects", P.RECORDS_MERGE, "copy"),
    _go(_("Settings"), "organization_edit", P.ORGANIZATION_VIEW, "settings"),
)
# Kind of record → how it is read, and the permission to look at it.
_RECORDS: Mapping[str, tuple[P, Callable[[UUID, Actor], Any]]] = {
    "company": (P.COMPANIES_VIEW, visible_company),
    "contact": (P.CONTACTS_VIEW, visible_contact),
    "deal": (P.DEALS_VIEW, visible_deal),
    "task": (P.TASKS_VIEW, visible_task),
    "product": (P.PRODUCTS_VIEW, lambda product_id, actor: product(product_id)),
    "invoice": (P.INVOICES_VIEW, visible_invoice),
    "offer": (P.OFFERS_VIEW, visible_offer),
}


def offers_on(path: str, actor: Actor) -> list[Offer]:
    """The actions for one who stands at this address: those of its record first."""
    noun, record = _record_at(path, actor)
    changes = record is not None and (not hasattr(record, "owner_id") or may_change(record, actor))
    offered = []
    for action in ACTIONS:
        fits = not action.on or (
            action.on == noun and action.fits(record) and (changes or not action.changes)
        )
        if fits and actor.may(action.permission):
            offered.append(_offer(action, record))
    return offered


def _record_at(path: str, actor: Actor) -> tuple[str, Any]:
    """The kind and the record of a record's own page, if the actor sees it."""
    try:
        found = resolve(path)
    except Resolver404:
        return "", None
    noun = (found.url_name or "").removesuffix("_detail")
    if found.url_name != f"{noun}_detail" or noun not in _RECORDS:
        return "", None
    permission, read = _RECORDS[noun]
    try:
        return (noun, read(found.kwargs[f"{noun}_id"], actor)) if actor.may(permission) else ("", None)
    except ObjectDoesNotExist:
        return "", None


def _offer(action: Action, record: Any) -> Offer:
    url = reverse(action.page, args=[record.pk] if action.of_record else [])
    if action.passing:
        url += "?" + urlencode({action.passing: record.pk})
    return Offer(str(action.label), _words(action.label), action.icon, url, action.posts)


def _words(label: Text) -> str:
    words = []
    for language in LANGUAGES:
        with translation.override(language):
            words.append(str(label).lower())
    return " ".join(words)
