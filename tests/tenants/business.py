"""An organization at work: documents and their PDFs, money, a shared record, a token, a waiting letter."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import system_actor
from tenant_apps.files.models import StoredFile
from tenant_apps.integrations.operations import create_api_token
from tenant_apps.invoices.operations import allocate_payment, annul_invoice
from tenant_apps.messages.operations import queue_message
from tenant_apps.sharing.operations import share_record
from tenants.archive.manifest import Manifest
from tenants.archive.reading import open_archive
from tenants.context import OrganizationRef, in_organization
from tenants.models import Archive
from tenants.operations import export_organization
from tenants.queries import archive_path
from tests.conftest import member_of
from tests.invoices import stories

AT = stories.AT


def do_business(organization: OrganizationRef, run_jobs: Callable[[], Any]) -> str:
    """Fill the organization; returns the secret of an API token."""
    owner, user = (actor_of(member_of(organization, role)) for role in (Role.OWNER, Role.USER))
    with in_organization(organization):
        company = stories.client(owner)
        share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=AT)
        paid, _open, wrong = (stories.issued(owner, company) for _ in range(3))
        stories.draft(user, company, notes="Таб\tи нов\nред с \\ черта")
        run_jobs()
        money = stories.payment(owner, "120.00", reference="без основание")
        allocate_payment(payment_id=money.pk, invoice_id=paid.pk, amount=Decimal(120), by=owner, at=AT)
        annul_invoice(invoice_id=wrong.pk, reason="Грешка", by=owner, at=AT)
        run_jobs()
        queue_message(
            to="x@y.example", subject="Чака", body_text="…", language="bg", by=owner, at=AT, about_id=paid.pk,
            about_type="invoices.invoice",
        )  # fmt: skip
        by = system_actor(organization.id)
        _token, secret = create_api_token(user_id=owner.id, name="отчети", by=by, at=AT)
    return secret


def archived(organization: OrganizationRef, at: Any = AT) -> Archive:
    return export_organization(organization_id=organization.id, by=system_actor(), at=at)


def manifest_of(archive: Archive) -> Manifest:
    with open_archive(archive_path(archive)) as reader:
        return reader.manifest


def stored_bytes(organization: OrganizationRef) -> dict[str, bytes]:
    """File id → the bytes that lie in the organization's folder."""
    folder = Path(settings.MEDIA_ROOT) / str(organization.id)
    with in_organization(organization):
        assert all(file.path == f"{organization.id}/{file.pk}" for file in StoredFile.objects.all())
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
