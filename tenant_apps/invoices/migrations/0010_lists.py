"""Indexes for the lists of documents and payments: each order that they can take, and what they are asked."""

from decimal import Decimal

from django.db import migrations
from django.db.models import Case, F, Index, Value, When


class Migration(migrations.Migration):
    dependencies = [("invoices", "0009_month_packs")]

    operations = [
        migrations.AddIndex("invoice", Index(fields=["issue_date", "id"], name="invoices_by_issue_date")),
        migrations.AddIndex("invoice", Index(fields=["due_date", "id"], name="invoices_by_due_date")),
        migrations.AddIndex(
            "invoice",
            Index(
                Case(When(kind="credit_note", then=-F("total")), default=F("total")),
                "id",
                name="invoices_by_total",
            ),
        ),
        migrations.AddIndex(
            "invoice",
            Index(
                Case(
                    When(
                        state="issued",
                        kind__in=("invoice", "debit_note"),
                        then=F("total") - F("paid_total") - F("credited_total"),
                    ),
                    default=Value(Decimal("0.00")),
                ),
                "id",
                name="invoices_by_outstanding",
            ),
        ),
        migrations.AddIndex("invoice", Index(fields=["state", "id"], name="invoices_by_state")),
        migrations.AddIndex("invoice", Index(fields=["kind", "id"], name="invoices_by_kind")),
        migrations.AddIndex("payment", Index(fields=["amount", "id"], name="invoices_payment_amount")),
    ]
