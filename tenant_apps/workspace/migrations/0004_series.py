from django.db import migrations, models

from shared_apps.core.data_jobs import RunJob


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0003_list_exports"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="numberseries",
            name="workspace_number_fits",
        ),
        migrations.AddField(
            model_name="numberseries",
            name="first_number",
            field=models.PositiveBigIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="numberseries",
            name="kind",
            field=models.CharField(
                choices=[("tax", "Invoices and notes"), ("proforma", "Proformas"), ("offer", "Offers")],
                default="tax",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="numberseries",
            name="name",
            field=models.CharField(blank=True, max_length=80, verbose_name="name"),
        ),
        migrations.AddField(
            model_name="numberseries",
            name="prefix",
            field=models.CharField(blank=True, max_length=8, verbose_name="prefix"),
        ),
        migrations.AddConstraint(
            model_name="numberseries",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_number__gte", 1),
                    ("next_number__gte", models.F("first_number")),
                    ("next_number__lte", 10000000000),
                ),
                name="workspace_number_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="numberseries",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "tax"), ("prefix", "")),
                    models.Q(
                        models.Q(("kind", "tax"), _negated=True), models.Q(("prefix", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="workspace_tax_series_has_no_prefix",
            ),
        ),
        RunJob("add_series_of_offers"),
    ]
