"""What the database refuses of refunds and write-offs, and the totals that it keeps of them.

Allocations are applied by the statement, so that a hundred thousand of them cost two updates. An opposite row
takes back exactly one row of its own kind, whole. TF001, TF002 and TF003 as in 0002.
"""

from django.db import migrations

_INVOICE = """
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
    {checked}
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
    {let}
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
INVOICE_BEFORE = _INVOICE.format(checked="", let="")
INVOICE_NOW = _INVOICE.format(
    checked="""
    IF NEW.written_off_total IS DISTINCT FROM OLD.written_off_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'written_off_total follows the write-offs' USING ERRCODE = 'TF001';
    END IF;
""",
    let="allowed.written_off_total := NEW.written_off_total;",
)

_PAYMENT = """
CREATE OR REPLACE FUNCTION invoices_freeze_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    IF NEW.allocated_total IS DISTINCT FROM OLD.allocated_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'allocated_total is kept by the ledger' USING ERRCODE = 'TF001';
    END IF;
    {checked}
    allowed := OLD;
    allowed.allocated_total := NEW.allocated_total;
    {let}
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
PAYMENT_BEFORE = _PAYMENT.format(checked="", let="")
PAYMENT_NOW = _PAYMENT.format(
    checked="""
    IF NEW.refunded_total IS DISTINCT FROM OLD.refunded_total AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'refunded_total follows the refunds' USING ERRCODE = 'TF001';
    END IF;
""",
    let="""
    allowed.refunded_total := NEW.refunded_total;
    allowed.company_id := NEW.company_id;
    allowed.contact_id := NEW.contact_id;
    allowed.search_text := NEW.search_text;
""",
)

ALLOCATION_BEFORE = """
CREATE OR REPLACE FUNCTION invoices_apply_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
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

ALLOCATION_NOW = """
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
        ' paid_total = invoice.paid_total + given.amount'
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

APPLY_REFUND = """
CREATE FUNCTION invoices_apply_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payment record;
    undone record;
BEGIN
    EXECUTE format(
        'UPDATE %I.invoices_payment SET refunded_total = refunded_total + $1, updated_at = $2'
        ' WHERE id = $3 RETURNING voided_at', TG_TABLE_SCHEMA
    ) INTO payment USING NEW.amount, NEW.at, NEW.payment_id;
    IF payment.voided_at IS NOT NULL THEN
        RAISE EXCEPTION 'nothing of a void payment is given back' USING ERRCODE = 'TF003';
    END IF;
    IF NEW.undoes_id IS NOT NULL THEN
        EXECUTE format('SELECT * FROM %I.invoices_refund WHERE id = $1', TG_TABLE_SCHEMA)
            INTO undone USING NEW.undoes_id;
        IF undone.payment_id <> NEW.payment_id OR undone.amount <> -NEW.amount THEN
            RAISE EXCEPTION 'an opposite row takes back exactly one refund' USING ERRCODE = 'TF003';
        END IF;
    END IF;
    RETURN NULL;
END $$
"""

APPLY_WRITE_OFF = """
CREATE FUNCTION invoices_apply_write_off() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    invoice record;
    undone record;
BEGIN
    EXECUTE format(
        'UPDATE %I.invoices_invoice SET written_off_total = written_off_total + $1, updated_at = $2'
        ' WHERE id = $3 RETURNING state', TG_TABLE_SCHEMA
    ) INTO invoice USING NEW.amount, NEW.at, NEW.invoice_id;
    IF invoice.state <> 'issued' THEN
        RAISE EXCEPTION 'only of an issued invoice is anything written off' USING ERRCODE = 'TF003';
    END IF;
    IF NEW.undoes_id IS NOT NULL THEN
        EXECUTE format('SELECT * FROM %I.invoices_writeoff WHERE id = $1', TG_TABLE_SCHEMA)
            INTO undone USING NEW.undoes_id;
        IF undone.invoice_id <> NEW.invoice_id OR undone.amount <> -NEW.amount THEN
            RAISE EXCEPTION 'an opposite row takes back exactly one write-off' USING ERRCODE = 'TF003';
        END IF;
    END IF;
    RETURN NULL;
END $$
"""

FUNCTIONS = {
    "invoices_apply_refund": APPLY_REFUND,
    "invoices_apply_write_off": APPLY_WRITE_OFF,
}
DROP_APPLIED = "DROP TRIGGER invoices_allocation_applied ON invoices_allocation"
BY_ROW = (
    "CREATE TRIGGER invoices_allocation_applied AFTER INSERT ON invoices_allocation"
    " FOR EACH ROW EXECUTE FUNCTION invoices_apply_allocation()"
)
BY_STATEMENT = (
    "CREATE TRIGGER invoices_allocation_applied AFTER INSERT ON invoices_allocation"
    " REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION invoices_apply_allocation()"
)
TRIGGERS = [
    ("invoices_refund_applied", "AFTER INSERT", "invoices_refund", "invoices_apply_refund"),
    ("invoices_refund_kept", "BEFORE UPDATE OR DELETE", "invoices_refund", "invoices_keep_rows"),
    ("invoices_write_off_applied", "AFTER INSERT", "invoices_writeoff", "invoices_apply_write_off"),
    ("invoices_write_off_kept", "BEFORE UPDATE OR DELETE", "invoices_writeoff", "invoices_keep_rows"),
]


def _trigger(name: str, when: str, table: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("invoices", "0012_refunds_and_write_offs")]

    operations = [
        migrations.RunSQL(INVOICE_NOW, INVOICE_BEFORE),
        migrations.RunSQL(PAYMENT_NOW, PAYMENT_BEFORE),
        *(migrations.RunSQL(sql, f"DROP FUNCTION {name}()") for name, sql in FUNCTIONS.items()),
        migrations.RunSQL(DROP_APPLIED, BY_ROW),
        migrations.RunSQL(ALLOCATION_NOW, ALLOCATION_BEFORE),
        migrations.RunSQL(BY_STATEMENT, DROP_APPLIED),
        *(_trigger(*trigger) for trigger in TRIGGERS),
    ]
