from uuid import UUID

from django.db import models
from django.db.models import Q

from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Company, Contact


class KnownPayer(models.Model):
    """Whose money comes from an account, as the links of the ledger teach: one client for an IBAN.

    An account from which invoices of several clients were paid (a bookkeeper's, a payment service's) is
    `is_shared` and tells nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    iban = models.CharField(max_length=34)
    company = models.ForeignKey("crm.Company", models.CASCADE, null=True, related_name="known_payers")
    contact = models.ForeignKey("crm.Contact", models.CASCADE, null=True, related_name="known_payers")
    is_shared = models.BooleanField(default=False)
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["iban"], name="reconciliation_payer_once"),
            models.CheckConstraint(
                condition=Q(is_shared=True, company=None, contact=None)
                | Q(is_shared=False, company__isnull=False, contact=None)
                | Q(is_shared=False, company=None, contact__isnull=False),
                name="reconciliation_payer_of_one",
            ),
        ]

    class Data:
        plain = ("id", "company", "contact", "is_shared", "learned_at")
        personal = ("iban",)
        secret = ()

    def __str__(self) -> str:
        return self.iban

    @property
    def pays_for(self) -> tuple[UUID | None, UUID | None]:
        """The ids of company and contact, one of them, or neither."""
        return self.company_id, self.contact_id

    @property
    def client(self) -> Company | Contact | None:
        """Whose money it is; nobody's in particular when it is shared."""
        return self.company or self.contact
