"""What the ledger's own triggers write is not asked about row by row: they touch the running totals alone,
and a hundred thousand links would be as many calls for each of the two tables. Whatever anybody else's
statement changes is asked about, as before.
"""

from django.db import migrations


def _asked(table: str, function: str, condition: str = "") -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW"
        f" {condition} EXECUTE FUNCTION {function}()"
    )


FROZEN = {"invoices_invoice": "invoices_freeze_invoice", "invoices_payment": "invoices_freeze_payment"}
BY_OTHERS = "WHEN (pg_trigger_depth() = 0)"


class Migration(migrations.Migration):
    dependencies = [("invoices", "0018_withdrawal")]

    operations = [
        migrations.RunSQL(_asked(table, function, BY_OTHERS), _asked(table, function))
        for table, function in FROZEN.items()
    ]
