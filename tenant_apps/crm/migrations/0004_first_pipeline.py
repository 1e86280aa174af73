from django.db import migrations, models
from django.db.models import deletion

from shared_apps.core.data_jobs import RunJob


class Migration(migrations.Migration):
    """Organizations that are there already get a pipeline by a job; new ones at their founding."""

    dependencies = [
        ("crm", "0003_work"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deal",
            name="stage",
            field=models.ForeignKey(
                on_delete=deletion.PROTECT, related_name="deals", to="crm.stage", verbose_name="stage"
            ),
        ),
        RunJob("lay_first_pipeline"),
    ]
