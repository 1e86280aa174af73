"""One record of every kind in an organization, by the name under which addresses ask for its id."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from shared_apps.accounts.operations import invite_member
from shared_apps.accounts.queries import actor_of, team_of
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.activity.models import Event
from tenant_apps.catalog.operations import ProductChange, create_product
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    ConversationChange,
    DealChange,
    TaskChange,
    TimeChange,
    attach_file,
    create_company,
    create_contact,
    create_deal,
    create_task,
    log_conversation,
    log_time,
    merge_companies,
    write_note,
)
from tenant_apps.imports.operations import upload_import
from tenant_apps.integrations.operations import create_api_token
from tenant_apps.invoices.models import Invoice, Payment, ReminderStage
from tenant_apps.invoices.operations import (
    InvoiceInput,
    ItemInput,
    OfferInput,
    OfferItemInput,
    PaymentInput,
    RecurringInput,
    annul_invoice,
    create_invoice,
    create_offer,
    create_recurring_invoice,
    issue_invoice,
    plan_terms,
    record_payment,
    refund_payment,
    send_offer,
    skip_occurrence,
    start_month_pack,
)
from tenant_apps.messages.operations import notify
from tenant_apps.online_payments.models import CardPayment, Checkout, Payout, StripeConnection
from tenant_apps.reconciliation.operations import (
    AccountInput,
    RuleInput,
    bring_in_statement,
    create_bank_account,
    create_line_rule,
    give_to_client,
    import_statement,
)
from tenant_apps.reconciliation.tasks import take_in
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import make_public_link
from tenant_apps.sharing.queries import addresses_of
from tenant_apps.workspace.models import CustomField
from tenant_apps.workspace.operations import (
    BulkAct,
    FieldChange,
    create_field,
    create_tag,
    save_view,
    start_bulk_change,
    start_list_export,
)
from tenant_apps.workspace.queries import every_series
from tenants.context import OrganizationRef, in_organization
from tenants.models import Archive


def belongings_of(organization: OrganizationRef) -> dict[str, Any]:
    """URL parameter → id of a record of this organization."""
    by, at = system_actor(organization.id), clock.now()
    owner = team_of(organization.id).get(role="owner")
    with in_organization(organization):
        records = _records(by, at)
        field = _field(by, at)
        series_id = every_series().latest("id").pk
        event_id = Event.objects.filter(subject_id=records["company_id"]).latest("id").pk
        stage_id = ReminderStage.objects.latest("offset_days").pk
        records |= _writings(records["company_id"], owner.user_id, by, at)
        records |= _arranged(records["company_id"], actor_of(owner), at)
        records["client_links"] = _client_links(records, by, at)
        invitation = invite_member(
            email=f"new@{organization.subdomain}.example",
            role="user",
            origin="http://x.example",
            by=by,
            at=at,
        )
        token, _plain = create_api_token(user_id=owner.user_id, name="x", scopes=("*",), by=by, at=at)
    archive = _archive(organization, at)
    return records | {
        "archive_id": archive.pk,
        "token_id": token.pk,
        "member_id": owner.pk,
        "invitation_id": invitation.pk,
        "user_id": owner.user_id,
        "field_id": field.pk,
        "field_code": field.code,
        "event_id": event_id,
        "record_type": "company",
        "record_id": records["company_id"],
        "field_name": "city",
        "report": "pipeline",
        "series_id": series_id,
        # These belong to nobody: they are one-time keys, which a stranger can only guess.
        "reminder_stage_id": stage_id,
        "rule_code": "invoice_issued",  # the same rules everywhere
        "key": "guessed",
        "uidb36": "1",
        "token": "guessed",
        "path": "openapi.json",
    }


def _writings(company_id: UUID, user_id: UUID, by: Actor, at: datetime) -> dict[str, Any]:
    """What was written down about a company, and what somebody was told."""
    about = {"record_type": "company", "record_id": company_id, "by": by, "at": at}
    task = create_task(details=TaskChange(title="Обади се", company_id=company_id), by=by, at=at)
    talk = ConversationChange(kind="call", subject="Цени")
    worked = TimeChange(description="Среща", minutes=90, hourly_rate=Decimal(50), company_id=company_id)
    told = notify(user_id=user_id, kind="mention", text="x", key=f"x:{task.pk}", by=by, at=at)
    return {
        "task_id": task.pk,
        "time_entry_id": log_time(details=worked, by=by, at=at).pk,
        "note_id": write_note(text="Важно", **about).pk,
        "conversation_id": log_conversation(details=talk, **about).pk,
        "attachment_id": attach_file(name="x.txt", content_type="text/plain", content=b"x", **about).pk,
        "notification_id": told.pk if told else None,
        "field_name": "phone",
    }


def _client_links(records: dict[str, Any], by: Actor, at: datetime) -> dict[str, str]:
    """What a link is to (invoice, offer, company, contact) → its token, which stands in no other address."""
    for kind in ("company", "contact"):
        make_public_link(record_type=kind, record_id=records[f"{kind}_id"], by=by, at=at)
    ids = {kind: records[f"{kind}_id"] for kind in ("invoice", "offer", "company", "contact")}
    urls = addresses_of(list(ids.values()))
    return {kind: urls[record_id].rstrip("/").rsplit("/", 1)[1] for kind, record_id in ids.items()}


def _archive(organization: OrganizationRef, at: datetime) -> Archive:
    """A row with a file, as `export_organization` leaves them; that one needs a transaction of its own."""
    path = Path(settings.ARCHIVE_ROOT) / f"{organization.id}/archive.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"of " + organization.subdomain.encode())
    return Archive.objects.create(
        organization_id=organization.id,
        path=f"{organization.id}/archive.zip",
        size=path.stat().st_size,
        sha256="0" * 64,
        created_at=at,
    )


def _arranged(company_id: Any, by: Actor, at: Any) -> dict[str, Any]:
    """What the owner keeps of a list: a tag, a view, a change of many records, a file."""
    act, ids = BulkAct("edit", {"city": "Русе"}), [company_id]
    changes = start_bulk_change(entity="company", act=act, record_ids=ids, label="x", by=by, at=at)
    export = start_list_export(entity="company", query="", file_format="csv", by=by, at=at)
    return {
        "tag_id": create_tag(name="Важен", by=by, at=at).pk,
        "view_id": save_view(entity="company", name="Моите", query="", by=by, at=at).pk,
        "change_set_id": changes.pk,
        "export_id": export.pk,
    }


def _field(by: Actor, at: Any) -> CustomField:
    details = FieldChange(label_bg="Договор")
    return create_field(entity="company", kind="text", details=details, by=by, at=at)


def _paid_by_card(invoice: Invoice, payment: Payment, at: datetime) -> dict[str, Any]:
    """What is left of a Stripe account that was disconnected: a page, a payment, a payout."""
    dated = {"created_at": at, "updated_at": at}
    connection = StripeConnection.objects.create(
        state="gone", key_prefix="sk_test_", key_last4="1234", webhook_last4="5678", is_live=False, **dated
    )
    money = {"connection": connection, "amount": Decimal(6), "currency": "EUR", "is_live": False, **dated}
    checkout = Checkout.objects.create(
        invoice=invoice,
        language="bg",
        state="expired",
        is_settled=True,
        expires_at=at,
        **money,
    )
    CardPayment.objects.create(
        payment=payment, checkout=checkout, intent_id=f"pi_{payment.pk}", asked_at=at, **money
    )
    payout = Payout.objects.create(
        payout_id=f"po_{payment.pk}",
        status="paid",
        arrival_on=at.date(),
        is_automatic=True,
        asked_at=at,
        **money,
    )
    return {"checkout_id": checkout.pk, "payout_id": payout.pk}


def _records(by: Actor, at: Any) -> dict[str, Any]:
    details = CompanyChange(name="Някоя", email="x@some.example", eik="121644736", address="ул. Първа 1")
    company = create_company(details=details, by=by, at=at)
    contact = create_contact(
        details=ContactChange(first_name="Ана", last_name="Б", company_id=company.pk), by=by, at=at
    )
    deal = create_deal(details=DealChange(name="Сделка", company_id=company.pk), by=by, at=at)
    product = create_product(
        details=ProductChange(
            name="Нещо", unit="бр.", unit_price=Decimal(5), currency="EUR", vat_rate=Decimal(20)
        ),
        by=by,
        at=at,
    )
    item = ItemInput(description="Нещо", quantity=Decimal(1), unit_price=Decimal(5), vat_rate=Decimal(20))
    draft = InvoiceInput(company_id=company.pk, currency="EUR", items=(item,))
    invoice = create_invoice(draft=draft, by=by, at=at)
    issue_invoice(invoice_id=invoice.pk, by=by, at=at)
    wrong = create_invoice(draft=draft, by=by, at=at)
    issue_invoice(invoice_id=wrong.pk, by=by, at=at)
    annul_invoice(invoice_id=wrong.pk, reason="Грешка", by=by, at=at)
    won = create_deal(details=DealChange(name="Спечелена"), by=by, at=at)
    draft = InvoiceInput(company_id=company.pk, deal_id=won.pk, currency="EUR", items=(item,))
    issue_invoice(invoice_id=create_invoice(draft=draft, by=by, at=at).pk, by=by, at=at)
    wanted = OfferItemInput(description="Нещо", quantity=Decimal(1), unit_price=Decimal(5))
    asked = OfferInput(company_id=company.pk, deal_id=deal.pk, currency="EUR", items=(wanted,))
    offer = create_offer(draft=asked, by=by, at=at)
    send_offer(offer_id=offer.pk, with_email=False, by=by, at=at)
    payment = record_payment(
        payment=PaymentInput(
            amount=Decimal(6), currency="EUR", received_on=(at - timedelta(days=1)).date(), method="cash"
        ),
        by=by,
        at=at,
    )
    refund = refund_payment(
        payment_id=payment.pk, amount=Decimal(1), refunded_on=at.date(), reason="Върнати", by=by, at=at
    )
    arriving = upload_import(
        name="people.csv", content="Име;Имейл\nАна;a@some.example\n".encode(), by=by, at=at
    )
    bank = _bank(by, at) | _decided(company.pk, by, at)
    often = _recurring(company.pk, by, at)
    absorbed = create_company(details=CompanyChange(name="Някоя ООД"), by=by, at=at)
    merge = merge_companies(kept_id=company.pk, absorbed_id=absorbed.pk, by=by, at=at)
    return {
        "company_id": company.pk,
        "merge_id": merge.pk,
        "import_id": arriving.pk,
        "contact_id": contact.pk,
        "deal_id": deal.pk,
        "move_id": won.automatic_moves.get().pk,
        "pipeline_id": deal.pipeline_id,
        "stage_id": deal.stage_id,
        "product_id": product.pk,
        "invoice_id": invoice.pk,
        "link_id": PublicLink.objects.get(record_id=invoice.pk).pk,
        "offer_id": offer.pk,
        "version_id": offer.pk,
        "annulled_id": wrong.pk,
        "payment_id": payment.pk,
        **_paid_by_card(invoice, payment, at),
        "refund_id": refund.pk,
        "pack_id": start_month_pack(month=at.date(), by=by, at=at).pk,
        **bank,
        **often,
    }


def _bank(by: Actor, at: datetime) -> dict[str, Any]:
    """An account, a statement that was imported, its line, an entry of it that cannot be read, and a rule."""
    wanted = AccountInput(name="Сметка", iban="BG80BNBG96611020345678", currency="EUR")
    account = create_bank_account(account=wanted, by=by, at=at)
    content = "Дата;Сума;Основание\n01.11.2026;-7,70;Такса\n02.11.2026;няколко;Друго\n".encode()
    statement = bring_in_statement(name="bank.csv", content=content, by=by, at=at)
    take_in(statement, by)
    take_in(import_statement(statement_id=statement.pk, by=by, at=at), by)
    rule = create_line_rule(rule=RuleInput(verdict="fee", text="такса"), by=by, at=at)
    return {
        "bank_account_id": account.pk,
        "statement_id": statement.pk,
        "line_id": statement.lines.get().pk,
        "item_id": statement.lines.get().pk,
        "row_id": statement.rows.get(outcome="failed").pk,
        "rule_id": rule.pk,
    }


def _decided(company_id: UUID, by: Actor, at: datetime) -> dict[str, Any]:
    """Money that somebody gave to a client at the workbench."""
    wanted = PaymentInput(amount=Decimal(3), currency="EUR", received_on=at.date())
    money = record_payment(payment=wanted, by=by, at=at)
    return {"decision_id": give_to_client(item_id=money.pk, company_id=company_id, by=by, at=at).pk}


def _recurring(company_id: UUID, by: Actor, at: datetime) -> dict[str, Any]:
    """An invoice that recurs, a day of it that is skipped, and other prices from next year on."""
    item = ItemInput(description="Наем", quantity=Decimal(1), unit_price=Decimal(5), vat_rate=Decimal(20))
    starts_on = at.date() + timedelta(days=40)
    details = RecurringInput(company_id=company_id, currency="EUR", items=(item,), starts_on=starts_on)
    one = create_recurring_invoice(details=details, by=by, at=at)
    from_on = at.date() + timedelta(days=365)
    return {
        "recurring_id": one.pk,
        "occurrence_id": skip_occurrence(recurring_id=one.pk, occurs_on=starts_on, by=by, at=at).pk,
        "terms_id": plan_terms(recurring_id=one.pk, from_on=from_on, items=(item,), by=by, at=at).pk,
    }
