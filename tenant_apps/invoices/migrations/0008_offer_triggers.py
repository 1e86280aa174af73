"""What the database itself refuses: changing an offer that was sent, or its lines. TF001: frozen.

An answer is written once, the status goes the ways of `rules.OFFER_TRANSITIONS`, and the lines that the
client chose are marked before the offer is accepted.
"""

from django.db import migrations

FREEZE_OFFER = """
CREATE FUNCTION invoices_freeze_offer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    IF OLD.status = 'draft' THEN
        IF NEW.status NOT IN ('draft', 'sent') THEN
            RAISE EXCEPTION 'a draft offer can only be sent' USING ERRCODE = 'TF001';
        END IF;
        RETURN NEW;
    END IF;
    allowed := OLD;
    IF OLD.status = 'sent' AND NEW.status IN ('accepted', 'declined') THEN
        allowed.answered_at := NEW.answered_at;
        allowed.answered_by := NEW.answered_by;
        allowed.answer_reason := NEW.answer_reason;
        allowed.recorded_by_id := NEW.recorded_by_id;
    END IF;
    IF OLD.status = 'sent' AND NEW.status = 'accepted' THEN
        allowed.accepted_net_total := NEW.accepted_net_total;
        allowed.accepted_vat_total := NEW.accepted_vat_total;
        allowed.accepted_total := NEW.accepted_total;
        allowed.accepted_groups := NEW.accepted_groups;
    END IF;
    IF (OLD.status = 'sent' AND NEW.status IN ('accepted', 'declined', 'expired', 'superseded'))
        OR (OLD.status IN ('declined', 'expired') AND NEW.status = 'superseded')
    THEN
        allowed.status := NEW.status;
    END IF;
    allowed.sent_at := NEW.sent_at;
    allowed.pdf_id := NEW.pdf_id;
    allowed.updated_at := NEW.updated_at;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'offer % was sent and is frozen', OLD.number USING ERRCODE = 'TF001';
    END IF;
    RETURN NEW;
END $$
"""

KEEP_OFFER = """
CREATE FUNCTION invoices_keep_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' THEN
        RAISE EXCEPTION 'offer % was sent and stays', OLD.number USING ERRCODE = 'TF001';
    END IF;
    RETURN OLD;
END $$
"""

# FOR SHARE waits for one who is sending the offer right now, and then sees that it is a draft no longer.
FREEZE_ITEMS = """
CREATE FUNCTION invoices_freeze_offer_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_offer uuid;
    found_status text;
    allowed record;
BEGIN
    FOREACH of_offer IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.offer_id]
        WHEN 'DELETE' THEN ARRAY[OLD.offer_id]
        ELSE ARRAY[OLD.offer_id, NEW.offer_id]
    END LOOP
        EXECUTE format('SELECT status FROM %I.invoices_offer WHERE id = $1 FOR SHARE', TG_TABLE_SCHEMA)
            INTO found_status USING of_offer;
        IF found_status <> 'draft' THEN
            IF TG_OP = 'UPDATE' AND found_status = 'sent' THEN
                allowed := OLD;
                allowed.is_chosen := NEW.is_chosen;
                IF NEW IS NOT DISTINCT FROM allowed THEN
                    CONTINUE;
                END IF;
            END IF;
            RAISE EXCEPTION 'the lines of a sent offer are frozen' USING ERRCODE = 'TF001';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

FUNCTIONS = {
    "invoices_freeze_offer": FREEZE_OFFER,
    "invoices_keep_offer": KEEP_OFFER,
    "invoices_freeze_offer_items": FREEZE_ITEMS,
}

TRIGGERS = [
    ("invoices_offer_frozen", "BEFORE UPDATE", "invoices_offer", "invoices_freeze_offer"),
    ("invoices_offer_kept", "BEFORE DELETE", "invoices_offer", "invoices_keep_offer"),
    (
        "invoices_offer_items_frozen",
        "BEFORE INSERT OR UPDATE OR DELETE",
        "invoices_offeritem",
        "invoices_freeze_offer_items",
    ),
]


def _function(name: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP FUNCTION {name}()")


def _trigger(name: str, when: str, table: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_offers")]

    operations = [
        *(_function(name, sql) for name, sql in FUNCTIONS.items()),
        *(_trigger(*trigger) for trigger in TRIGGERS),
    ]
