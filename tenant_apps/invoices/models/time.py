from django.db import models
from django.db.models import Q

from shared_apps.core.ids import new_id
from tenant_apps.invoices.models.documents import Invoice


class BilledTime(models.Model):
    """An entry of logged time is on an invoice: on one at a time. `freed_at`: since when it is not, because
    the invoice was annulled; a draft that is deleted takes its rows along.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey("crm.TimeEntry", models.CASCADE, related_name="+", db_index=False)
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="billed_time")
    freed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(freed_at=None), name="invoices_time_billed_once"
            ),
            models.UniqueConstraint(fields=["entry", "invoice"], name="invoices_time_on_an_invoice"),
        ]

    class Data:
        plain = ("id", "entry", "invoice", "freed_at", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(self.entry_id)
