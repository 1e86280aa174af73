"""Two companies made one, and parted again exactly as they were."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.merging import belongings_of, staying_with
from shared_apps.core.permissions import Permission
from tenant_apps.activity.models import Event
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Company, Contact, Deal, DistinctPair, Merge
from tenant_apps.crm.operations import (
    AlreadyMerged,
    AlreadyUndone,
    CompanyChange,
    Detail,
    IntoItself,
    MergedAway,
    MergedFurther,
    OneAboveTheOther,
    TaskChange,
    TooLateToUndo,
    UnknownChoice,
    change_company,
    create_task,
    merge_companies,
    unarchive_company,
    undo_merge,
)
from tenant_apps.invoices.queries import of_client, visible_invoices
from tenant_apps.workspace.models import CustomField, CustomValue, Tag, Tagging
from tests.crm.selling import add_deal
from tests.invoices.stories import draft, issued

LEDGERS = {"activity_event", "crm_merge", "crm_distinctpair"}
AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


def dump() -> dict[str, list[str]]:
    """Every row of every table of the organization, but for what is only ever added to."""
    tables = {
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("tenant_apps.")
    }
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables - LEDGERS):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def furnish(company: Company, contact: Contact, tags: list[Tag], owner: Actor, at: datetime) -> None:
    """Something of every kind that hangs on a company."""
    add_deal(f"Deal of {company}", by=owner, at=at, company_id=company.pk, value="100")
    create_task(details=TaskChange(title="Call", company_id=company.pk), by=owner, at=at)
    draft(owner, company)
    for tag in tags:
        Tagging.objects.create(tag=tag, record_type="company", record_id=company.pk)
    field, _new = CustomField.objects.get_or_create(
        entity="company", code="rank", kind="text", label="Rank", created_at=at, updated_at=at
    )
    CustomValue.objects.create(field=field, record_id=company.pk, text=f"of {company}", folded="x")


@pytest.fixture
def two(
    add_company: AddCompany, add_contact: AddContact, owner: Actor, at: datetime
) -> tuple[Company, Company]:
    """Алфа ЕООД and ALFA Ltd, both furnished, with one tag in common."""
    vip, new, old = (Tag.objects.create(name=name, created_at=at) for name in ("vip", "new", "old"))
    kept = add_company("Алфа ЕООД", city="Пловдив", email="a@alfa.example", phone="0888 123 456")
    absorbed = add_company(
        "ALFA Ltd",
        email="office@alfa.example",
        phone="+359 2 987 65 43",
        website="alfa.example",
        details=(Detail("phone", "0899 111 222", "boss"),),
    )
    for company, tags in ((kept, [vip, new]), (absorbed, [vip, old])):
        contact = add_contact("Мария", str(company), company_id=company.pk)
        furnish(company, contact, tags, owner, at)
    return kept, absorbed


def merge(kept: Company, absorbed: Company, by: Actor, at: datetime, **options: Any) -> Merge:
    return merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=by, at=at, **options)


def test_what_hangs_on_the_absorbed_company_goes_over(
    two: tuple[Company, Company], owner: Actor, at: datetime
) -> None:
    kept, absorbed = two
    merge(kept, absorbed, owner, at)

    kept.refresh_from_db()
    absorbed.refresh_from_db()
    assert (kept.contacts.count(), kept.deals.count(), kept.tasks.count(), kept.invoices.count()) == (
        2,
        2,
        2,
        2,
    )
    assert (kept.name, kept.email, kept.website) == ("Алфа ЕООД", "a@alfa.example", "alfa.example")
    assert set(kept.details.values_list("value", flat=True)) == {
        "0899 111 222",
        "office@alfa.example",
        "+359 2 987 65 43",
    }
    assert Tagging.objects.filter(record_id=kept.pk).count() == 3
    assert (absorbed.merged_into, bool(absorbed.archived_at)) == (kept, True)
    assert "office alfa example" in kept.search_text
    told = Event.objects.filter(subject_id__in=(kept.pk, absorbed.pk)).order_by("-id")[:2]
    assert {one.type for one in told} == {"crm.company_merged", "crm.company_absorbed"}


def test_merge_then_undo_leaves_every_row_as_it_was(
    two: tuple[Company, Company], owner: Actor, at: datetime
) -> None:
    kept, absorbed = two
    field = CustomField.objects.get(code="rank")
    before = dump()
    for take in (None, [], ["name", "email", "phone", "owner", "address"], [f"custom:{field.pk}", "website"]):
        made = merge(kept, absorbed, owner, at, take=take)
        assert dump() != before
        undone = undo_merge(merge_id=made.pk, by=owner, at=at + timedelta(days=29))
        assert undone.before["stayed"] == {"fields": [], "rows": {}}
        assert dump() == before


def test_the_chosen_values_stay(two: tuple[Company, Company], owner: Actor, at: datetime) -> None:
    kept, absorbed = two
    field = CustomField.objects.get(code="rank")
    merge(kept, absorbed, owner, at, take=["name", "email", f"custom:{field.pk}"])

    kept.refresh_from_db()
    assert (kept.name, kept.email, kept.website) == ("ALFA Ltd", "office@alfa.example", "")
    assert CustomValue.objects.get(record_id=kept.pk).text == "of ALFA Ltd"


def test_what_was_changed_since_stays_and_is_told(
    two: tuple[Company, Company], owner: Actor, at: datetime
) -> None:
    kept, absorbed = two
    made = merge(kept, absorbed, owner, at)
    change_company(company_id=kept.pk, change=CompanyChange(website="new.example"), by=owner, at=at)
    Deal.objects.filter(name="Deal of ALFA Ltd").update(company=None)

    undone = undo_merge(merge_id=made.pk, by=owner, at=at)

    assert undone.before["stayed"] == {"fields": ["website"], "rows": {"crm_deal.company_id": 1}}
    kept.refresh_from_db()
    absorbed.refresh_from_db()
    assert (kept.website, absorbed.website, absorbed.archived_at) == ("new.example", "alfa.example", None)


def test_issued_invoices_stay_and_are_shown_with_the_kept_company(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    facts = {"eik": "175074752", "city": "Русе"}
    kept, absorbed = add_company("Алфа ЕООД", **facts), add_company("Alfa", **facts)
    one, other = issued(owner, kept), issued(owner, absorbed)
    merge(kept, absorbed, owner, at)

    rows = visible_invoices(owner, on=at.date()).filter(of_client(company_id=kept.pk))
    assert {row.pk for row in rows} == {one.pk, other.pk}
    other.refresh_from_db()
    assert other.company_id == absorbed.pk


def test_different_tax_numbers_on_issued_documents_refuse(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    kept = add_company("Алфа", eik="175074752", city="Русе")
    absorbed = add_company("Алфа", eik="831641791", city="Русе")
    issued(owner, kept)
    issued(owner, absorbed)
    change_company(company_id=absorbed.pk, change=CompanyChange(eik="175074752"), by=owner, at=at)
    with pytest.raises(Refused) as refusal:
        merge(kept, absorbed, owner, at)
    assert refusal.value.code == "different_buyers"


def test_what_cannot_be_merged(add_company: AddCompany, owner: Actor, manager: Actor, at: datetime) -> None:
    one, other, third = add_company("A"), add_company("B"), add_company("C")
    with pytest.raises(IntoItself):
        merge(one, one, owner, at)
    with pytest.raises(UnknownChoice):
        merge(one, other, owner, at, take=["merged_into"])
    made = merge(one, other, owner, at)
    for kept, absorbed in ((one, other), (other, third), (third, other)):
        with pytest.raises(AlreadyMerged):
            merge(kept, absorbed, owner, at)
    with pytest.raises(MergedAway):
        unarchive_company(company_id=other.pk, by=owner, at=at)
    with pytest.raises(TooLateToUndo):
        undo_merge(merge_id=made.pk, by=owner, at=at + timedelta(days=31))
    undo_merge(merge_id=made.pk, by=owner, at=at)
    with pytest.raises(AlreadyUndone):
        undo_merge(merge_id=made.pk, by=owner, at=at)


def test_a_chain_is_undone_from_its_end(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    a, b, c = add_company("A"), add_company("B"), add_company("C")
    before = dump()
    first = merge(b, a, owner, at)
    second = merge(c, b, owner, at)
    assert set(queries.client_and_absorbed("company", c.pk).values_list("pk", flat=True)) == {
        a.pk,
        b.pk,
        c.pk,
    }
    with pytest.raises(MergedFurther):
        undo_merge(merge_id=first.pk, by=owner, at=at)
    undo_merge(merge_id=second.pk, by=owner, at=at)
    undo_merge(merge_id=first.pk, by=owner, at=at)
    assert dump() == before


def test_parent_and_child_become_one(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    top = add_company("Top")
    parent = add_company("Parent", parent_id=top.pk)
    child = add_company("Child", parent_id=parent.pk)
    grandchild = add_company("Grandchild", parent_id=child.pk)
    before = dump()
    with pytest.raises(OneAboveTheOther):
        merge(grandchild, parent, owner, at)
    made = merge(child, parent, owner, at)
    child.refresh_from_db()
    assert child.parent == top
    undo_merge(merge_id=made.pk, by=owner, at=at)
    assert dump() == before


def test_a_plain_user_may_not(add_company: AddCompany, user: Actor, at: datetime) -> None:
    one, other = add_company("A", by=user), add_company("B", by=user)
    assert not user.may(Permission.RECORDS_MERGE)
    with pytest.raises(NotAllowed):
        merge(one, other, user, at)


def test_two_told_apart_are_suspected_no_more(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    one, other = add_company("Алфа ЕООД"), add_company("ALFA E.O.O.D.")
    (pair,) = queries.suspects("company", "name", owner).pairs
    assert {pair.first, pair.second} == {one, other}
    operations.tell_apart(entity="company", first_id=other.pk, second_id=one.pk, by=owner, at=at)
    assert queries.suspects("company", "name", owner).pairs == []
    with pytest.raises(Refused):
        operations.tell_apart(entity="company", first_id=one.pk, second_id=other.pk, by=owner, at=at)
    assert DistinctPair.objects.count() == 1


@pytest.mark.parametrize("entity", ["company", "contact"])
def test_every_key_to_a_client_says_whether_it_moves(entity: str) -> None:
    model = {"company": Company, "contact": Contact}[entity]
    keys = {
        (field.model._meta.label, field.attname)
        for one in apps.get_models()
        for field in one._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is model
    }
    named = {(one.model._meta.label, one.column) for one in (*belongings_of(entity), *staying_with(entity))}
    assert keys - named == set()


def test_decimals_come_back_as_they_were(two: tuple[Company, Company], owner: Actor, at: datetime) -> None:
    kept, absorbed = two
    made = merge(kept, absorbed, owner, at)
    undo_merge(merge_id=made.pk, by=owner, at=at)
    assert set(absorbed.deals.values_list("value", flat=True)) == {Decimal("100.00")}


def test_the_stream_of_what_stayed_tells_what_happened_to_both(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    kept, absorbed = add_company("Алфа"), add_company("Алфа ООД")
    first = add_company("Алфа ЕООД")
    merge_companies(kept_id=absorbed.pk, absorbed_id=first.pk, by=owner, at=at)
    add_deal("Сайт", by=owner, at=at, company_id=absorbed.pk)
    merge = merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=at)

    def told() -> set[str]:
        stream = queries.stream_about(Company.objects.get(pk=kept.pk), owner)
        return {entry.item.subject_label for entry in stream.entries if entry.kind == "event"}

    assert {"Алфа", "Алфа ООД", "Алфа ЕООД", "Сайт"} <= told()
    undo_merge(merge_id=merge.pk, by=owner, at=at)
    assert "Алфа ЕООД" not in told()
