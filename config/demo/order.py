"""How the demo keeps its clients in order: own fields, tags, views, and what is to be done."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    DealChange,
    TaskChange,
    change_company,
    change_contact,
    change_deal,
    create_task,
)
from tenant_apps.workspace.models import CustomField
from tenant_apps.workspace.operations import (
    FieldChange,
    Option,
    create_field,
    create_tag,
    save_view,
    tag_record,
)

SEED = 20_260_303
SEGMENTS = (
    Option("Ключов", "Key"),
    Option("Редовен", "Regular"),
    Option("Нов", "New"),
)
SOURCES = (
    Option("Препоръка", "Referral"),
    Option("Сайт", "Website"),
    Option("Изложение", "Trade fair"),
)
WAYS = (
    Option("Телефон", "Phone"),
    Option("Имейл", "E-mail"),
    Option("Viber", "Viber"),
)
FIELDS = (
    ("company", "choice", FieldChange("Сегмент", "Segment", options=SEGMENTS)),
    (
        "company",
        "date",
        FieldChange("Договор до", "Contract until", help_text="Кога да предложим подновяване."),
    ),
    ("contact", "choices", FieldChange("Предпочита", "Prefers", options=WAYS)),
    ("deal", "choice", FieldChange("Източник", "Source", options=SOURCES)),
    ("deal", "yes_no", FieldChange("Бюджетът е потвърден", "Budget is confirmed")),
)
TAGS = (("VIP", "red"), ("Партньор", "teal"), ("Изложение", "purple"))
TO_DO = (
    ("Обаждане за подновяване на договора", "call", -2, None),
    ("Изпращане на мостри", "todo", 0, None),
    ("Среща в ателието", "meeting", 0, time(15)),
    ("Оферта за новата серия", "todo", 1, None),
    ("Обаждане след изложението", "call", 2, time(11)),
    ("Снимки на готовите изделия", "todo", 4, None),
    ("Преглед на условията", "todo", 6, None),
    ("Среща за пролетния каталог", "meeting", 9, time(10, 30)),
)


def keep_in_order(*, by: Actor, today: date) -> None:
    """Add fields with values, tags, views of lists, and tasks of these days."""
    teller, at = random.Random(SEED), datetime.combine(today - timedelta(days=1), time(8), UTC)
    fields = [create_field(entity=one, kind=kind, details=told, by=by, at=at) for one, kind, told in FIELDS]
    companies = list(Company.objects.order_by("id")[:40])
    _fill_in(companies, fields, teller, today, by, at)
    _tag(companies, teller, by, at)
    for entity, name, query in _views(fields):
        save_view(entity=entity, name=name, query=query, is_shared=True, is_pinned=True, by=by, at=at)
    for (title, kind, ahead, hour), company in zip(TO_DO, companies, strict=False):
        task = TaskChange(
            title=title,
            kind=kind,
            company_id=company.pk,
            due_on=today + timedelta(days=ahead),
            due_time=hour,
        )
        create_task(details=task, by=by, at=at)


def _views(fields: Sequence[CustomField]) -> list[tuple[str, str, str]]:
    """Lists as the team looks at them: what is listed, the name, the address."""
    segment, _until, prefers, source, _budget = (f"field.{one.code}" for one in fields)
    key, phone, referral = (fields[place].options[0]["code"] for place in (0, 2, 3))
    return [
        ("company", "Ключови клиенти", f"filter={segment}:is:{key}&columns=name,city,{segment},tags"),
        (
            "contact",
            "Предпочитат телефон",
            f"filter={prefers}:is:{phone}&columns=name,company,phone,{prefers}",
        ),
        ("deal", "От препоръка", f"filter={source}:is:{referral},status:is:open"),
    ]


def _fill_in(
    companies: Sequence[Company],
    fields: Sequence[CustomField],
    teller: random.Random,
    today: date,
    by: Actor,
    at: datetime,
) -> None:
    segment, until, prefers, source, budget = fields
    for company in companies:
        day = (today + timedelta(days=teller.randrange(20, 400))).isoformat()
        held = {segment.code: _one_of(segment, teller), until.code: day}
        change_company(company_id=company.pk, change=CompanyChange(custom=held), by=by, at=at)
    for contact in Contact.objects.order_by("id")[:40]:
        ways = ContactChange(custom={prefers.code: [_one_of(prefers, teller)]})
        change_contact(contact_id=contact.pk, change=ways, by=by, at=at)
    for deal in Deal.objects.order_by("id")[:40]:
        known = {source.code: _one_of(source, teller), budget.code: teller.random() < 0.5}
        change_deal(deal_id=deal.pk, change=DealChange(custom=known), by=by, at=at)


def _one_of(field: CustomField, teller: random.Random) -> str:
    return str(teller.choice(field.options)["code"])


def _tag(companies: Sequence[Company], teller: random.Random, by: Actor, at: datetime) -> None:
    tags = [create_tag(name=name, color=color, by=by, at=at) for name, color in TAGS]
    deals = list(Deal.objects.order_by("-id")[:12])
    for entity, rows in (("company", companies[::3]), ("deal", deals)):
        for row in rows:
            borne = [teller.choice(tags).pk]
            tag_record(record_type=entity, record_id=row.pk, tag_ids=borne, by=by, at=at)
