from django.db import migrations, models

# A series that began before its start was kept began with the first number that a document bears.
KEEP_START = """
UPDATE workspace_numberseries SET first_number = begun.number
FROM (SELECT min(number)::bigint AS number FROM invoices_invoice WHERE kind <> 'proforma') AS begun
WHERE code = 'tax' AND is_started AND first_number = 1 AND begun.number > 1
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0005_credit_triggers"), ("workspace", "0004_series")]

    operations = [
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("number__isnull", False)),
                fields=["series", "number"],
                include=("issue_date", "state", "issued_at"),
                name="invoices_by_number",
            ),
        ),
        migrations.RunSQL(KEEP_START, migrations.RunSQL.noop),
    ]
