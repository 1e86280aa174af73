"""What the bank said of a line stays as it said it (TF001). Only what people and rules make of it may move,
and the file that is told to have brought it, when that file is taken back and another one has it too.
"""

from django.db import migrations

FREEZE_LINE = """
CREATE FUNCTION reconciliation_freeze_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    allowed := OLD;
    allowed.statement_id := NEW.statement_id;
    allowed.explanation := NEW.explanation;
    allowed.payment_id := NEW.payment_id;
    allowed.own_payments := NEW.own_payments;
    allowed.refund_id := NEW.refund_id;
    allowed.own_refunds := NEW.own_refunds;
    allowed.reverses_id := NEW.reverses_id;
    allowed.rule_id := NEW.rule_id;
    allowed.candidates := NEW.candidates;
    allowed.look_alikes := NEW.look_alikes;
    allowed.note := NEW.note;
    allowed.explained_by := NEW.explained_by;
    allowed.explained_at := NEW.explained_at;
    allowed.owner_id := NEW.owner_id;
    allowed.updated_at := NEW.updated_at;
    IF NEW IS DISTINCT FROM allowed THEN
        RAISE EXCEPTION 'a line of a bank statement is frozen' USING ERRCODE = 'TF001';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER reconciliation_freeze_line BEFORE UPDATE ON reconciliation_bankline
FOR EACH ROW EXECUTE FUNCTION reconciliation_freeze_line()
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_statements")]

    operations = [
        migrations.RunSQL(FREEZE_LINE, "DROP FUNCTION reconciliation_freeze_line()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER reconciliation_freeze_line ON reconciliation_bankline"),
    ]
