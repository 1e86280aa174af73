"""Events are only ever added. Erasure may blank their personal values, once, while it sets `erased_at`."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION activity_keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed record;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL THEN
        allowed := OLD;
        allowed.subject_label := NEW.subject_label;
        allowed.actor_label := NEW.actor_label;
        allowed.old := NEW.old;
        allowed.new := NEW.new;
        allowed.erased_at := NEW.erased_at;
        IF NEW IS NOT DISTINCT FROM allowed THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'events are only ever added' USING ERRCODE = 'TF002';
END $$
"""

TRIGGER = (
    "CREATE TRIGGER activity_events_kept BEFORE UPDATE OR DELETE ON activity_event "
    "FOR EACH ROW EXECUTE FUNCTION activity_keep_events()"
)


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION activity_keep_events()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER activity_events_kept ON activity_event"),
    ]
