from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

TABLES = ("invoices_invoice", "invoices_invoiceitem")

WRITE_LINES = """
UPDATE invoices_invoiceitem
SET amount = net_total, vat_code = CASE vat_rate WHEN 20 THEN 'standard' WHEN 9 THEN 'reduced' ELSE '' END
"""

WRITE_GROUPS = """
UPDATE invoices_invoice SET vat_groups = (
    SELECT coalesce(jsonb_agg(grp || jsonb_build_object('discount', '0.00', 'code',
        CASE grp ->> 'rate' WHEN '20.00' THEN 'standard' WHEN '9.00' THEN 'reduced' ELSE '' END
    ) ORDER BY place), '[]'::jsonb)
    FROM jsonb_array_elements(vat_groups) WITH ORDINALITY AS of_invoice (grp, place)
)
"""


def _triggers(act: str, back: str) -> list[migrations.RunSQL]:
    """Issued documents are frozen by triggers; while what is new in them is written, these rest."""
    return [
        migrations.RunSQL(f"ALTER TABLE {name} {act} TRIGGER USER", f"ALTER TABLE {name} {back} TRIGGER USER")
        for name in TABLES
    ]


class Migration(migrations.Migration):
    """Credit and debit notes, proformas, advances; documents from before are invoices."""

    dependencies = [
        ("catalog", "0001_initial"),
        ("crm", "0005_told_apart"),
        ("files", "0001_initial"),
        ("invoices", "0003_deal"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_paid_within_total",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_number_has_ten_digits",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_annulled_owes_nothing",
        ),
        migrations.RemoveIndex(
            model_name="invoice",
            name="invoices_open",
        ),
        migrations.AddField(
            model_name="invoice",
            name="amend_reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="amends",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="invoices.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="credited_total",
            field=models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.AddField(
            model_name="invoice",
            name="discount_amount",
            field=models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.AddField(
            model_name="invoice",
            name="discount_percent",
            field=models.DecimalField(
                decimal_places=2, default=Decimal("0.00"), max_digits=5, verbose_name="discount"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="discount_total",
            field=models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.AddField(
            model_name="invoice",
            name="exchange_rate",
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="exchange_rate_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="is_advance",
            field=models.BooleanField(default=False, verbose_name="advance"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit note"),
                    ("debit_note", "Debit note"),
                    ("proforma", "Proforma"),
                ],
                default="invoice",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="net_total_eur",
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="origin",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="invoices.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="payment_method",
            field=models.CharField(
                choices=[
                    ("bank_transfer", "Bank transfer"),
                    ("cash", "Cash"),
                    ("card", "Card"),
                    ("stripe", "Stripe"),
                    ("other", "Other"),
                ],
                default="bank_transfer",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="prices_include_vat",
            field=models.BooleanField(default=False, verbose_name="prices include VAT"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="series",
            field=models.CharField(default="tax", max_length=20, verbose_name="number series"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="supply",
            field=models.CharField(
                blank=True, choices=[("goods", "Goods"), ("service", "Service")], max_length=7
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="vat_total_eur",
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="vies_checked_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="vies_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="VIES consultation"),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="amount",
            field=models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="deducts",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deductions",
                to="invoices.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoiceitem",
            name="vat_code",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="number",
            field=models.CharField(max_length=20, null=True, unique=True),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("invoice", "debit_note")),
                    (
                        "paid_total__lt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total"), "-", models.F("credited_total")
                        ),
                    ),
                    ("state", "issued"),
                ),
                fields=["due_date"],
                name="invoices_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited_total__gte", 0),
                    ("paid_total__gte", 0),
                    (
                        "paid_total__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total"), "-", models.F("credited_total")
                        ),
                    ),
                ),
                name="invoices_paid_within_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("invoice", "credit_note", "debit_note")),
                        ("number__regex", "^[0-9]{10}$"),
                    ),
                    models.Q(("kind", "proforma"), ("number__regex", "^[^0-9].*[0-9]$")),
                    _connector="OR",
                ),
                name="invoices_number_has_ten_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amends__isnull", False), ("kind__in", ("credit_note", "debit_note"))),
                    models.Q(
                        models.Q(("kind__in", ("credit_note", "debit_note")), _negated=True),
                        ("amend_reason", ""),
                        ("amends", None),
                    ),
                    _connector="OR",
                ),
                name="invoices_note_amends",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("invoice", "debit_note")),
                    models.Q(("credited_total", 0), ("paid_total", 0)),
                    _connector="OR",
                ),
                name="invoices_owed_kinds",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_advance", False), ("kind", "invoice"), _connector="OR"),
                name="invoices_advance_is_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("discount_amount__gte", 0), ("discount_percent", 0)),
                    models.Q(
                        ("discount_amount", 0), ("discount_percent__gt", 0), ("discount_percent__lte", 100)
                    ),
                    _connector="OR",
                ),
                name="invoices_one_discount",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exchange_rate", None), ("exchange_rate_on", None)),
                    models.Q(("exchange_rate__gt", 0), ("exchange_rate_on__isnull", False)),
                    _connector="OR",
                ),
                name="invoices_rate_with_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("annulled_at__isnull", False),
                        ("credited_total", 0),
                        ("paid_total", 0),
                        ("state", "annulled"),
                    ),
                    models.Q(models.Q(("state", "annulled"), _negated=True), ("annulled_at", None)),
                    _connector="OR",
                ),
                name="invoices_annulled_owes_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deducts", None), ("quantity__gt", 0)),
                    models.Q(("deducts__isnull", False), ("quantity__lt", 0)),
                    _connector="OR",
                ),
                name="invoices_only_deductions_take",
            ),
        ),
        *_triggers("DISABLE", "ENABLE"),
        migrations.RunSQL(WRITE_LINES, migrations.RunSQL.noop),
        migrations.RunSQL(WRITE_GROUPS, migrations.RunSQL.noop),
        *_triggers("ENABLE", "DISABLE"),
    ]
