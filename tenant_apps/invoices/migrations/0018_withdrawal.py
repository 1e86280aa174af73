"""An accepted offer may become a sent one again, with nothing of its answer left. TF001: frozen."""

from django.db import migrations

WITH_WITHDRAWAL = """
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
    IF OLD.status = 'accepted' AND NEW.status = 'sent' THEN
        IF NEW.answered_at IS NOT NULL OR NEW.answered_by <> '' OR NEW.answered_from <> ''
            OR NEW.recorded_by_id IS NOT NULL
            OR NEW.accepted_net_total IS NOT NULL OR NEW.accepted_vat_total IS NOT NULL
        THEN
            RAISE EXCEPTION 'nothing of a withdrawn answer of offer % stays', OLD.number
                USING ERRCODE = 'TF001';
        END IF;
        allowed.answered_at := NULL;
        allowed.answered_by := '';
        allowed.recorded_by_id := NULL;
        allowed.answered_from := '';
        allowed.accepted_net_total := NULL;
        allowed.accepted_vat_total := NULL;
        allowed.accepted_total := NULL;
        allowed.accepted_groups := NEW.accepted_groups;
        allowed.status := 'sent';
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

WITHOUT = """
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


class Migration(migrations.Migration):
    dependencies = [("invoices", "0017_billed_time")]

    operations = [migrations.RunSQL(WITH_WITHDRAWAL, WITHOUT)]
