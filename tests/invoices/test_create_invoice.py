from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import InvoiceItem
from tenant_apps.invoices.operations import InvoiceInput, create_invoice
from tests.invoices.stories import AT, client, draft, events_of, line

pytestmark = pytest.mark.usefixtures("in_alpha")


def test_a_draft_has_lines_totals_and_no_number(owner):
    invoice = draft(owner, items=(line("2", "10.005"), line("1", "50", "9", discount_percent=Decimal(10))))
    assert invoice.is_draft and invoice.number is None
    assert (invoice.net_total, invoice.vat_total, invoice.total) == (
        Decimal("65.01"),
        Decimal("8.05"),
        Decimal("73.06"),
    )
    assert invoice.vat_groups == [
        {"rate": "20.00", "code": "standard", "base": "20.01", "vat": "4.00", "discount": "0.00"},
        {"rate": "9.00", "code": "reduced", "base": "45.00", "vat": "4.05", "discount": "0.00"},
    ]
    nets = InvoiceItem.objects.filter(invoice=invoice).values_list("net_total", flat=True)
    assert list(nets) == [Decimal("20.01"), Decimal("45.00")]


def test_it_belongs_to_its_writer_and_is_told(owner):
    invoice = draft(owner)
    assert invoice.owner_id == owner.id
    assert events_of(invoice) == [InvoiceEvent.CREATED]


def test_its_language_is_the_organization_s_unless_another_is_asked_for(owner):
    assert draft(owner).language == "bg"
    assert draft(owner, language="en").language == "en"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"language": "de"}, "language"),
        ({"items": ()}, "items"),
        ({"company_id": None}, "company_id"),
        ({"items": (line(), line("0"))}, "items.1.quantity"),
        ({"items": (line("-1"),)}, "items.0.quantity"),
        ({"items": (line("1.0001"),)}, "items.0.quantity"),
        ({"items": (line("1", "10000000000"),)}, "items.0.unit_price"),
        ({"items": (line(vat_rate="101"),)}, "items.0.vat_rate"),
        ({"items": (line(discount_percent=Decimal("-1")),)}, "items.0.discount_percent"),
        ({"items": (line(description=" "),)}, "items.0.description"),
        ({"items": (line(description="я" * 501),)}, "items.0.description"),
        ({"items": (line("999999999", "9999999999"),)}, "items"),
        ({"items": (line("1", "-1"),)}, "items"),
        ({"items": (line("999999999", "9999999999"), line("999999999", "-9999999999"))}, "items"),
        ({"items": (line("1", "-9e9", None), *[line("9", "9e9", "100")] * 12)}, "items"),
        ({"notes": "я" * 10_001}, "notes"),
    ],
)
def test_wrong_values_are_refused_where_they_stand(owner, wrong, field):
    with pytest.raises(Refused) as refusal:
        draft(owner, **wrong)
    assert refusal.value.errors[0].field == field
    assert not refusal.value.conflict


def test_every_error_is_named_at_once(owner):
    with pytest.raises(Refused) as refusal:
        draft(owner, currency="?", items=(line("0"), line(vat_rate="200")))
    assert [error.field for error in refusal.value.errors] == [
        "currency",
        "items.0.quantity",
        "items.1.vat_rate",
    ]


@pytest.mark.parametrize("stranger", ["company_id", "contact_id", "product_id"])
def test_what_is_not_there_is_missing(owner, stranger):
    more = {"items": (line(product_id=uuid4()),)} if stranger == "product_id" else {stranger: uuid4()}
    with pytest.raises(ObjectDoesNotExist):
        draft(owner, **more)


def test_a_user_cannot_invoice_a_company_that_they_do_not_see(owner, user):
    with pytest.raises(ObjectDoesNotExist):
        draft(user, client(owner))


def test_it_needs_the_permission(owner):
    stranger = Actor(kind=owner.kind, label="Nobody", id=owner.id, organization_id=owner.organization_id)
    with pytest.raises(NotAllowed):
        draft(stranger, client(owner))


def test_ten_lines_take_as_many_statements_as_one(owner):
    company = client(owner)

    def statements(count: int) -> int:
        wanted = InvoiceInput(currency="EUR", items=(line(),) * count, company_id=company.pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            create_invoice(draft=wanted, by=owner, at=AT)
        return len(captured)

    assert statements(1) == statements(10) <= 10
