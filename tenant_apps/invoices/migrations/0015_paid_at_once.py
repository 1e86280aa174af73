"""An invoice that money covers gets its `paid_at` in the statement that gives it the money; and payments
are found by the account that they came from.
"""

from django.db import migrations, models

_ALLOCATION = """
CREATE OR REPLACE FUNCTION invoices_apply_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    misfits bigint;
BEGIN
    EXECUTE format(
        'WITH given AS (SELECT payment_id, sum(amount) AS amount, max(at) AS at FROM added'
        ' GROUP BY payment_id) UPDATE %I.invoices_payment AS payment SET updated_at = given.at,'
        ' allocated_total = payment.allocated_total + given.amount, unmatched_reason = '''''
        ' FROM given WHERE payment.id = given.payment_id', TG_TABLE_SCHEMA
    );
    EXECUTE format(
        'WITH given AS (SELECT invoice_id, sum(amount) AS amount, max(at) AS at FROM added'
        ' GROUP BY invoice_id) UPDATE %I.invoices_invoice AS invoice SET updated_at = given.at,'
        ' paid_total = invoice.paid_total + given.amount{paid_at}'
        ' FROM given WHERE invoice.id = given.invoice_id', TG_TABLE_SCHEMA
    );
    EXECUTE format(
        'SELECT count(*) FROM added JOIN %I.invoices_payment AS payment ON payment.id = added.payment_id'
        ' JOIN %I.invoices_invoice AS invoice ON invoice.id = added.invoice_id'
        ' WHERE payment.currency <> invoice.currency OR invoice.state <> ''issued'''
        ' OR payment.voided_at IS NOT NULL', TG_TABLE_SCHEMA, TG_TABLE_SCHEMA
    ) INTO misfits;
    IF misfits > 0 THEN
        RAISE EXCEPTION 'payment and invoice do not fit each other' USING ERRCODE = 'TF003';
    END IF;
    EXECUTE format(
        'SELECT count(*) FROM added JOIN %I.invoices_allocation AS undone ON undone.id = added.undoes_id'
        ' WHERE undone.payment_id <> added.payment_id OR undone.invoice_id <> added.invoice_id'
        ' OR undone.amount <> -added.amount', TG_TABLE_SCHEMA
    ) INTO misfits;
    IF misfits > 0 THEN
        RAISE EXCEPTION 'an opposite row takes back exactly one allocation' USING ERRCODE = 'TF003';
    END IF;
    RETURN NULL;
END $$
"""
PAID_AT = (
    ", paid_at = CASE WHEN invoice.paid_at IS NULL AND given.amount > 0 AND invoice.paid_total + given.amount"
    " = invoice.total - invoice.credited_total - invoice.written_off_total"
    " THEN given.at ELSE invoice.paid_at END"
)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0014_client_links")]

    operations = [
        migrations.RunSQL(_ALLOCATION.format(paid_at=PAID_AT), _ALLOCATION.format(paid_at="")),
        migrations.AddIndex(
            "payment",
            models.Index(
                fields=["payer_iban"],
                condition=~models.Q(payer_iban=""),
                name="invoices_payment_payer",
            ),
        ),
    ]
