"""What the database itself refuses: changing an issued invoice, its lines, a posted payment, or a row of the
ledger.

TF001: frozen. TF002: append-only. TF003: the allocation does not fit its payment and invoice. The functions
name tables by TG_TABLE_SCHEMA. The running totals are written by the ledger's trigger alone, which is what
the trigger depth tells.
"""

from django.db import migrations

FREEZE_INVOICE = """
CREATE FUNCTION invoices_freeze_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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

KEEP_INVOICE = """
CREATE FUNCTION invoices_keep_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'invoice % is issued and stays', OLD.number USING ERRCODE = 'TF001';
    END IF;
    RETURN OLD;
END $$
"""

# FOR SHARE waits for one who is issuing the invoice right now, and then sees that it is a draft no longer.
FREEZE_ITEMS = """
CREATE FUNCTION invoices_freeze_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_invoice uuid;
    found_state text;
BEGIN
    FOREACH of_invoice IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.invoice_id]
        WHEN 'DELETE' THEN ARRAY[OLD.invoice_id]
        ELSE ARRAY[OLD.invoice_id, NEW.invoice_id]
    END LOOP
        EXECUTE format('SELECT state FROM %I.invoices_invoice WHERE id = $1 FOR SHARE', TG_TABLE_SCHEMA)
            INTO found_state USING of_invoice;
        IF found_state <> 'draft' THEN
            RAISE EXCEPTION 'the lines of an issued invoice are frozen' USING ERRCODE = 'TF001';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

FREEZE_PAYMENT = """
CREATE FUNCTION invoices_freeze_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    IF NEW.allocated_total IS DISTINCT FROM OLD.allocated_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'allocated_total is kept by the ledger' USING ERRCODE = 'TF001';
    END IF;
    allowed := OLD;
    allowed.allocated_total := NEW.allocated_total;
    allowed.unmatched_reason := NEW.unmatched_reason;
    allowed.updated_at := NEW.updated_at;
    IF OLD.voided_at IS NULL THEN
        allowed.voided_at := NEW.voided_at;
        allowed.void_reason := NEW.void_reason;
    END IF;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'the payment is posted and frozen' USING ERRCODE = 'TF001';
    END IF;
    RETURN NEW;
END $$
"""

KEEP_ROWS = """
CREATE FUNCTION invoices_keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'TF002';
END $$
"""

# An opposite row takes back one whole allocation between the same payment and invoice.
APPLY_ALLOCATION = """
CREATE FUNCTION invoices_apply_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payment record;
    invoice record;
    undone record;
BEGIN
    EXECUTE format(
        'UPDATE %I.invoices_payment SET allocated_total = allocated_total + $1, updated_at = $2,'
        ' unmatched_reason = '''' WHERE id = $3 RETURNING currency, voided_at', TG_TABLE_SCHEMA
    ) INTO payment USING NEW.amount, NEW.at, NEW.payment_id;
    EXECUTE format(
        'UPDATE %I.invoices_invoice SET paid_total = paid_total + $1, updated_at = $2'
        ' WHERE id = $3 RETURNING currency, state', TG_TABLE_SCHEMA
    ) INTO invoice USING NEW.amount, NEW.at, NEW.invoice_id;
    IF payment.currency <> invoice.currency OR invoice.state <> 'issued' OR payment.voided_at IS NOT NULL THEN
        RAISE EXCEPTION 'payment and invoice do not fit each other' USING ERRCODE = 'TF003';
    END IF;
    IF NEW.undoes_id IS NOT NULL THEN
        EXECUTE format('SELECT * FROM %I.invoices_allocation WHERE id = $1', TG_TABLE_SCHEMA)
            INTO undone USING NEW.undoes_id;
        IF undone.payment_id <> NEW.payment_id OR undone.invoice_id <> NEW.invoice_id
            OR undone.amount <> -NEW.amount
        THEN
            RAISE EXCEPTION 'an opposite row takes back exactly one allocation' USING ERRCODE = 'TF003';
        END IF;
    END IF;
    RETURN NULL;
END $$
"""

FUNCTIONS = {
    "invoices_freeze_invoice": FREEZE_INVOICE,
    "invoices_keep_invoice": KEEP_INVOICE,
    "invoices_freeze_items": FREEZE_ITEMS,
    "invoices_freeze_payment": FREEZE_PAYMENT,
    "invoices_keep_rows": KEEP_ROWS,
    "invoices_apply_allocation": APPLY_ALLOCATION,
}

TRIGGERS = [
    ("invoices_invoice_frozen", "BEFORE UPDATE", "invoices_invoice", "invoices_freeze_invoice"),
    ("invoices_invoice_kept", "BEFORE DELETE", "invoices_invoice", "invoices_keep_invoice"),
    (
        "invoices_items_frozen",
        "BEFORE INSERT OR UPDATE OR DELETE",
        "invoices_invoiceitem",
        "invoices_freeze_items",
    ),
    ("invoices_payment_frozen", "BEFORE UPDATE", "invoices_payment", "invoices_freeze_payment"),
    ("invoices_payment_kept", "BEFORE DELETE", "invoices_payment", "invoices_keep_rows"),
    ("invoices_allocation_applied", "AFTER INSERT", "invoices_allocation", "invoices_apply_allocation"),
    ("invoices_allocation_kept", "BEFORE UPDATE OR DELETE", "invoices_allocation", "invoices_keep_rows"),
]


def _function(name: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP FUNCTION {name}()")


def _trigger(name: str, when: str, table: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [
        *(_function(name, sql) for name, sql in FUNCTIONS.items()),
        *(_trigger(*trigger) for trigger in TRIGGERS),
    ]
