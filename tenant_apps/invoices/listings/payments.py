from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.listing import Column, Field, Kind, Listing, Reading, Relation, Sum, Test, View
from shared_apps.core.permissions import Permission
from shared_apps.core.statuses import look_of
from tenant_apps.invoices import queries
from tenant_apps.invoices.listings.clients import company_field
from tenant_apps.invoices.models import Payment, PaymentMethod

STATUSES = (*queries.PAYMENT_STATUSES, "voided")
RECEIVED_ON = _("Received")


def statuses(reading: Reading) -> list[tuple[str, Any]]:
    return [(status, look_of(status)[1]) for status in STATUSES]


def methods(reading: Reading) -> list[tuple[str, Any]]:
    return list(PaymentMethod.choices)


def of_status(test: Test) -> Q:
    """Whether the money is given to invoices; a voided payment has no other status."""
    if test.operator in ("empty", "filled"):
        return Q(pk__isnull=test.operator == "empty")
    found = queries.payments_of_statuses(test.values)
    return ~found if test.operator == "not" else found


PAYMENTS = Listing(
    entity="payment",
    model=Payment,
    label=_("Payments"),
    rows=lambda actor, archived: queries.listed_payments(actor),
    view=Permission.PAYMENTS_VIEW,
    edit=Permission.PAYMENTS_RECORD,
    list_url="payment_list",
    lock=queries.lock_payment,
    columns=(
        Column("payer", _("Payer"), Kind.TITLE, join=("company",)),
        Column("reference", _("Reference"), template="invoices/components/reference_cell.html"),
        Column("status", _("Status"), Kind.STATUS, value="shown_status", choices=statuses),
        Column("received_on", RECEIVED_ON, Kind.DATE, order="received_on"),
        Column("method", _("Way of paying"), Kind.CHOICE, choices=methods, is_minor=True),
        Column(
            "amount",
            _("Amount"),
            Kind.MONEY,
            order="amount",
            struck=lambda payment: payment.voided_at is not None,
        ),
        Column("unallocated", _("Not linked"), Kind.MONEY, value=lambda payment: payment.unallocated or None),
        Column("company", _("Company"), Kind.RECORD, join=("company",), is_shown=False),
        Column("payer_iban", _("Payer's IBAN"), is_shown=False),
        Column("owner", _("Recorded by"), Kind.PERSON, value="owner_id", is_shown=False),
        Column("voided_at", _("Voided on"), Kind.INSTANT, is_shown=False),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
    ),
    fields=(
        Field("payer", _("Payer"), Kind.TEXT, path="payer_name"),
        Field("reference", _("Reference"), Kind.TEXT, path="reference"),
        Field("status", _("Status"), Kind.CHOICE, choices=statuses, where=of_status),
        company_field(_("Company")),
        Field(
            "has_client",
            _("The client is known"),
            Kind.YES_NO,
            where=lambda test: test.truth(queries.HAS_CLIENT),
        ),
        Field("received_on", RECEIVED_ON, Kind.DATE, path="received_on"),
        Field("method", _("Way of paying"), Kind.CHOICE, path="method", choices=methods, group_path="method"),
        Field("amount", _("Amount"), Kind.MONEY, path="amount"),
        Field(
            "unallocated",
            _("Not linked"),
            Kind.MONEY,
            where=lambda test: queries.of_amount(test, queries.NOT_ALLOCATED),
        ),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("payer_iban", _("Payer's IBAN"), Kind.TEXT, path="payer_iban"),
        Field("owner", _("Recorded by"), Kind.PERSON, path="owner_id", group_path="owner_id"),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation(
            "invoice",
            _("An invoice"),
            "invoice",
            lambda rows: Q(
                pk__in=queries.live_allocations().filter(invoice__in=rows.values("pk")).values("payment_id")
            ),
        ),
    ),
    groups=("method", "company", "currency", "owner"),
    sums=(
        Sum(_("Amount"), queries.RECEIVED, "currency"),
        Sum(_("Not linked"), queries.NOT_ALLOCATED_ADDED, "currency"),
    ),
    sums_note=_("Voided payments are not added."),
    views=(
        View(pgettext_lazy("payments", "Unmatched"), "status:is:unmatched|partly_matched"),
        View(pgettext_lazy("payments", "Matched"), "status:is:matched"),
        View(_("Voided payments"), "status:is:voided"),
    ),
    order="-created_at",
    has_tags=False,
)
