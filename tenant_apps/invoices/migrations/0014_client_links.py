"""Where a document is seen and paid is the client link of `sharing`; an answer to an offer keeps the network
address that it came from.
"""

from django.db import migrations, models

FREEZE_OFFER = """
CREATE OR REPLACE FUNCTION invoices_freeze_offer() RETURNS trigger LANGUAGE plpgsql AS $$
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
        allowed.answered_from := NEW.answered_from;
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

FREEZE_BEFORE = """
CREATE OR REPLACE FUNCTION invoices_freeze_offer() RETURNS trigger LANGUAGE plpgsql AS $$
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


class Migration(migrations.Migration):
    dependencies = [("invoices", "0013_ledger_grows")]

    operations = [
        migrations.RemoveField(model_name="invoice", name="payment_url"),
        migrations.AddField(
            model_name="offer", name="answered_from", field=models.CharField(blank=True, max_length=45)
        ),
        migrations.RunSQL(FREEZE_OFFER, FREEZE_BEFORE),
    ]
