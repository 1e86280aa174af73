"""`credited_total` of an invoice follows its credit notes: one that is issued takes, one that is annulled
gives back. TF001, as for everything that is frozen, when somebody else writes it.
"""

from django.db import migrations

FREEZE_INVOICE = """
CREATE OR REPLACE FUNCTION invoices_freeze_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    IF NEW.paid_total IS DISTINCT FROM OLD.paid_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'paid_total is kept by the ledger' USING ERRCODE = 'TF001';
    END IF;
    IF NEW.credited_total IS DISTINCT FROM OLD.credited_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'credited_total follows the credit notes' USING ERRCODE = 'TF001';
    END IF;
    IF OLD.state = 'draft' THEN
        IF NEW.state = 'annulled' THEN
            RAISE EXCEPTION 'a draft is not annulled' USING ERRCODE = 'TF001';
        END IF;
        RETURN NEW;
    END IF;
    allowed := OLD;
    IF OLD.state = 'issued' AND NEW.state = 'annulled' THEN
        allowed.state := NEW.state;
        allowed.annulled_at := NEW.annulled_at;
        allowed.annul_reason := NEW.annul_reason;
    END IF;
    allowed.sent_at := NEW.sent_at;
    allowed.paid_at := NEW.paid_at;
    allowed.paid_total := NEW.paid_total;
    allowed.credited_total := NEW.credited_total;
    allowed.pdf_id := NEW.pdf_id;
    allowed.epc_qr_id := NEW.epc_qr_id;
    allowed.payment_qr_id := NEW.payment_qr_id;
    allowed.updated_at := NEW.updated_at;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'invoice % is issued and frozen', OLD.number USING ERRCODE = 'TF001';
    END IF;
    RETURN NEW;
END $$
"""

FREEZE_BEFORE = """
CREATE OR REPLACE FUNCTION invoices_freeze_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    IF NEW.paid_total IS DISTINCT FROM OLD.paid_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'paid_total is kept by the ledger' USING ERRCODE = 'TF001';
    END IF;
    IF OLD.state = 'draft' THEN
        IF NEW.state = 'annulled' THEN
            RAISE EXCEPTION 'a draft is not annulled' USING ERRCODE = 'TF001';
        END IF;
        RETURN NEW;
    END IF;
    allowed := OLD;
    IF OLD.state = 'issued' AND NEW.state = 'annulled' THEN
        allowed.state := NEW.state;
        allowed.annulled_at := NEW.annulled_at;
        allowed.annul_reason := NEW.annul_reason;
    END IF;
    allowed.sent_at := NEW.sent_at;
    allowed.paid_at := NEW.paid_at;
    allowed.paid_total := NEW.paid_total;
    allowed.pdf_id := NEW.pdf_id;
    allowed.epc_qr_id := NEW.epc_qr_id;
    allowed.payment_qr_id := NEW.payment_qr_id;
    allowed.updated_at := NEW.updated_at;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'invoice % is issued and frozen', OLD.number USING ERRCODE = 'TF001';
    END IF;
    RETURN NEW;
END $$
"""

APPLY_NOTE = """
CREATE FUNCTION invoices_apply_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    amount numeric := CASE
        WHEN OLD.state = 'draft' AND NEW.state = 'issued' THEN NEW.total
        WHEN OLD.state = 'issued' AND NEW.state = 'annulled' THEN -NEW.total
        ELSE 0
    END;
    amended record;
BEGIN
    IF amount <> 0 THEN
        EXECUTE format(
            'UPDATE %I.invoices_invoice SET credited_total = credited_total + $1, updated_at = $2'
            ' WHERE id = $3 RETURNING currency, state', TG_TABLE_SCHEMA
        ) INTO amended USING amount, NEW.updated_at, NEW.amends_id;
        IF amended.state <> 'issued' OR amended.currency <> NEW.currency THEN
            RAISE EXCEPTION 'note and invoice do not fit each other' USING ERRCODE = 'TF003';
        END IF;
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0004_kinds")]

    operations = [
        migrations.RunSQL(FREEZE_INVOICE, FREEZE_BEFORE),
        migrations.RunSQL(APPLY_NOTE, "DROP FUNCTION invoices_apply_note()"),
        migrations.RunSQL(
            "CREATE TRIGGER invoices_note_applied AFTER UPDATE OF state ON invoices_invoice FOR EACH ROW"
            " WHEN (NEW.kind = 'credit_note') EXECUTE FUNCTION invoices_apply_note()",
            "DROP TRIGGER invoices_note_applied ON invoices_invoice",
        ),
    ]
