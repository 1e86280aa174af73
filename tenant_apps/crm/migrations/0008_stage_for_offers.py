from django.db import migrations, models
from django.db.models import Q

# The stage that pipelines are born with; who named it otherwise marks it by hand.
MARK = """
UPDATE crm_stage SET takes_offers = true WHERE id IN (
    SELECT DISTINCT ON (pipeline_id) id FROM crm_stage
    WHERE name_bg = 'Изпратена оферта' AND archived_at IS NULL
    ORDER BY pipeline_id, position
)
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_quick_lists")]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="takes_offers",
            field=models.BooleanField(default=False, verbose_name="for sent offers"),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                fields=["pipeline"], condition=Q(takes_offers=True), name="crm_stage_for_offers_once"
            ),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]
