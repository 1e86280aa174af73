"""Lists as their addresses arrange them, and what one does with them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.listing import listing_of
from shared_apps.core.listing.kinds import OPERATORS
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import CompanyChange, change_company
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices.operations import InvoiceInput, ItemInput, create_invoice, issue_invoice
from tenant_apps.workspace.models import ChangedRecord, ChangeSet, ListExport, SavedView, Tag, Tagging
from tenant_apps.workspace.operations import (
    BulkAct,
    TooManyRecords,
    UndoTooLate,
    change_view,
    create_tag,
    merge_tags,
    save_view,
    set_tags,
    start_bulk_change,
    start_list_export,
    undo_bulk_change,
    update_view,
)
from tenant_apps.workspace.queries import arranged_by_query

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


def names(query: str, actor: Actor, at: datetime, entity: str = "company") -> list[str]:
    """What a list shows under an address."""
    return sorted(str(one) for one in arranged_by_query(entity, query, actor, at).rows_asked)


class TestFilter:
    def test_conditions_and_groups(self, add_company: AddCompany, owner: Actor, at: datetime) -> None:
        add_company("Алфа", city="Русе", industry="IT")
        add_company("Бета", city="Варна", industry="IT")
        add_company("Гама", city="Русе", industry="Мебели")

        assert names("filter=city:is:русе", owner, at) == ["Алфа", "Гама"]
        assert names("filter=city:is:Русе,industry:is:IT", owner, at) == ["Алфа"]
        assert names("filter=any(city:is:Варна,industry:is:Мебели)", owner, at) == ["Бета", "Гама"]
        assert names("filter=industry:is:IT,any(city:is:Варна,name:starts:А)", owner, at) == ["Алфа", "Бета"]
        assert names("filter=city:lacks:у", owner, at) == ["Бета"]
        assert names("filter=eik:empty", owner, at) == ["Алфа", "Бета", "Гама"]

    def test_dates_people_and_choices(
        self, add_company: AddCompany, owner: Actor, user: Actor, at: datetime
    ) -> None:
        add_company("Моя")
        add_company("Негова", by=user, size="10-49")

        assert names("filter=owner:is:me", owner, at) == ["Моя"]
        assert names(f"filter=owner:is:{user.id}|me", owner, at) == ["Моя", "Негова"]
        assert names("filter=size:not:10-49", owner, at) == ["Моя"]
        assert names("filter=created_at:this:day", owner, at) == ["Моя", "Негова"]
        assert names("filter=created_at:before:01.01.2020", owner, at) == []

    def test_contacts_whose_company_has_an_overdue_invoice(
        self, add_company: AddCompany, add_contact: AddContact, owner: Actor, at: datetime
    ) -> None:
        late, prompt = add_company("Късна", eik="121644736", city="Русе"), add_company("Точна")
        add_contact("Ана", "Късна", company_id=late.pk)
        add_contact("Борис", "Точен", company_id=prompt.pk)
        item = ItemInput(description="Услуга", quantity=1, unit_price=10, vat_rate=20)  # type: ignore[arg-type]
        for _twice in range(2):
            past = at - timedelta(days=40)
            draft = InvoiceInput(
                company_id=late.pk, currency="EUR", items=(item,), due_date=(past + timedelta(days=9)).date()
            )
            issue_invoice(invoice_id=create_invoice(draft=draft, by=owner, at=past).pk, by=owner, at=past)

        assert names("filter=company.overdue_invoice:is:yes", owner, at, "contact") == ["Ана Късна"]
        assert names("filter=company.overdue_invoice:is:no", owner, at, "contact") == ["Борис Точен"]
        assert names("filter=contact.last_name:is:Късна", owner, at) == ["Късна"]

    def test_a_relation_tells_nothing_of_what_one_may_not_see(
        self, add_company: AddCompany, add_contact: AddContact, owner: Actor, user: Actor, at: datetime
    ) -> None:
        hidden = add_company("Чужда", city="Русе")
        mine = add_contact("Моят", "Човек", by=user)
        Contact.objects.filter(pk=mine.pk).update(company=hidden)

        assert names("filter=company.city:is:Русе", user, at, "contact") == []
        assert names("filter=company.city:is:Русе", owner, at, "contact") == ["Моят Човек"]

    def test_what_is_outdated_is_told_and_the_rest_works(
        self, browser: Client, add_company: AddCompany
    ) -> None:
        add_company("Алфа", city="Русе")
        add_company("Бета", city="Варна")

        page = browser.get("/companies/?filter=city:is:Русе,gone:is:1,size:is:900&columns=name,shoe")

        assert page.status_code == 200
        assert "Алфа" in page.text
        assert "Бета" not in page.text
        assert "There is no such field here any more." in page.text
        assert "no longer a choice" in page.text
        assert "There is no such column here any more." in page.text

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(
                    [*(one.name for one in listing_of("contact").fields), "tags", "company.size", "x"]
                ),
                st.sampled_from(sorted({code for kind in OPERATORS.values() for code in kind})),
                st.lists(st.text(alphabet='0123456789.-,|"()meабв ', max_size=12), max_size=3),
            ),
            max_size=4,
        )
    )
    def test_no_filter_breaks_the_list(self, in_alpha: Any, owner: Actor, at: datetime, asked: Any) -> None:
        text = ",".join(f"{name}:{operator}:{'|'.join(values)}" for name, operator, values in asked)

        shown = arranged_by_query("contact", f"filter={quote_plus(text)}", owner, at)

        assert shown.page.items == []

    def test_groups_are_counted_by_the_database(self, browser: Client, add_company: AddCompany) -> None:
        for name in ("Алфа", "Бета"):
            add_company(name, city="Русе")
        add_company("Гама", city="")

        page = browser.get("/companies/?group=city")

        assert "filter=city:is:%D0%A0%D1%83%D1%81%D0%B5" in page.text
        assert "filter=city:empty" in page.text

    def test_every_order_and_column_shows(self, browser: Client, add_company: AddCompany) -> None:
        add_company("Алфа", parent_id=add_company("Майка").pk)
        listing = listing_of("company")

        for column in listing.columns:
            address = f"/companies/?ordering=-{column.name}&columns={column.name}"
            assert "Алфа" in browser.get(address).text

    def test_the_form_of_a_filter_leads_to_its_address(self, browser: Client, in_alpha: Any) -> None:
        form = browser.get("/lists/contact/filter/?filter=email:filled,any(phone:empty,company.city:is:Русе)")
        sent = {
            "match": "all", "base": "ordering=-name", "do": "apply",
            "name-0": "email", "operator-0": "contains", "value-0": "@", "group-0": "0",
            "match-1": "any", "name-1": "owner", "operator-1": "is", "value-1": "me", "group-1": "1",
            "name-2": "phone", "operator-2": "empty", "group-2": "1",
        }  # fmt: skip
        answer = browser.get("/lists/contact/filter/", sent)

        assert form.status_code == 200
        assert answer.status_code == 302
        assert answer["Location"] == (
            "/contacts/?filter=email:contains:%40,any(owner:is:me,phone:empty)&ordering=-name"
        )

    def test_the_form_says_what_is_missing(self, browser: Client, in_alpha: Any) -> None:
        sent = {
            "match": "all",
            "base": "",
            "do": "apply",
            "name-0": "email",
            "operator-0": "is",
            "group-0": "0",
        }

        assert "A value is missing." in browser.get("/lists/contact/filter/", sent).text

    def test_columns_are_chosen_and_moved(self, browser: Client, in_alpha: Any) -> None:
        sent = {"base": "", "name": ["phone", "email"], "do": "up-email"}
        moved = browser.get("/lists/contact/columns/", sent).text
        answer = browser.get("/lists/contact/columns/", sent | {"name": ["email", "phone"], "do": "apply"})

        assert moved.index('value="email"') < moved.index('value="phone"')
        assert answer["Location"] == "/contacts/?columns=email,phone"


class TestCells:
    def test_a_cell_is_changed_by_the_operation(self, browser: Client, add_company: AddCompany) -> None:
        company = add_company("Алфа", city="Русе")
        address = f"/lists/company/{company.pk}/cells/city/"

        form = browser.get(address, headers={"hx-request": "true"})
        answer = browser.post(address, {"value": "Варна"}, headers={"hx-request": "true"})

        assert 'value="Русе"' in form.text
        assert "Варна" in answer.text
        company.refresh_from_db()
        assert company.city == "Варна"

    def test_a_refusal_stands_beside_the_cell(self, browser: Client, add_company: AddCompany) -> None:
        company = add_company("Алфа")
        answer = browser.post(
            f"/lists/company/{company.pk}/cells/eik/", {"value": "123"}, headers={"hx-request": "true"}
        )

        assert answer.status_code == 422
        assert "This EIK is not valid" in answer.text

    def test_another_s_record_is_nobody_s(
        self, browser_of: Callable[..., Client], alpha: Any, add_company: AddCompany
    ) -> None:
        company = add_company("На собственика")
        browser = browser_of(alpha, "user")

        assert browser.get(f"/lists/company/{company.pk}/cells/city/").status_code == 404
        assert browser.post(f"/lists/company/{company.pk}/cells/city/", {"value": "х"}).status_code == 404


class TestManyAtOnce:
    def test_edited_and_undone(
        self, browser: Client, add_company: AddCompany, owner: Actor, at: datetime
    ) -> None:
        chosen = [add_company(name, city="Русе") for name in ("Алфа", "Бета", "Гама")]
        ids = [str(one.pk) for one in chosen]
        preview = browser.get("/lists/company/bulk/", {"act": "edit", "id": ids, "query": ""})
        sent = {"act": "edit", "id": ids, "set-city": "1", "city-value": "Варна", "query": "ordering=-name"}

        answer = browser.post("/lists/company/bulk/", sent)
        changes = ChangeSet.objects.get()
        change_company(company_id=chosen[0].pk, change=CompanyChange(city="Бургас"), by=owner, at=at)
        undone = browser.post(f"/changes/{changes.pk}/undo/", follow=True)

        assert "3 records are going to change" in preview.text
        assert answer["Location"] == "/companies/?ordering=-name"
        assert (changes.total, changes.done_count, changes.failed_count) == (3, 3, 0)
        assert sorted(Company.objects.values_list("city", flat=True)) == ["Бургас", "Русе", "Русе"]
        assert "Changed since: City" in undone.text
        with pytest.raises(UndoTooLate):
            undo_bulk_change(change_set_id=changes.pk, by=owner, at=at)

    def test_all_that_match(self, browser: Client, add_company: AddCompany) -> None:
        for name in ("Алфа", "Бета"):
            add_company(name, city="Русе")
        add_company("Гама", city="Варна")
        sent = {"act": "archive", "all": "1", "query": "filter=city:is:Русе"}

        browser.post("/lists/company/bulk/", sent)

        assert [one.name for one in Company.objects.filter(archived_at=None)] == ["Гама"]
        browser.post(f"/changes/{ChangeSet.objects.get().pk}/undo/")
        assert Company.objects.filter(archived_at=None).count() == 3

    def test_assigned(self, add_contact: AddContact, owner: Actor, user: Actor, at: datetime) -> None:
        contact = add_contact()
        act = BulkAct("edit", {"owner": str(user.id)})

        changes = start_bulk_change(
            entity="contact", act=act, record_ids=[contact.pk], label="x", by=owner, at=at
        )
        contact.refresh_from_db()
        assert contact.owner_id == user.id
        undo_bulk_change(change_set_id=changes.pk, by=owner, at=at)
        contact.refresh_from_db()
        assert contact.owner_id == owner.id

    def test_tagged_untagged_and_undone(self, add_contact: AddContact, owner: Actor, at: datetime) -> None:
        first, second = add_contact("Ана", "А"), add_contact("Борис", "Б")
        tag = create_tag(name="Изложение", by=owner, at=at)
        set_tags(record_type="contact", record_id=first.pk, tag_ids=[tag.pk], by=owner, at=at)
        act, ids = BulkAct("tag", {}, (str(tag.pk),)), [first.pk, second.pk]

        changes = start_bulk_change(entity="contact", act=act, record_ids=ids, label="x", by=owner, at=at)
        assert names(f"filter=tags:any:{tag.pk}", owner, at, "contact") == ["Ана А", "Борис Б"]
        undo_bulk_change(change_set_id=changes.pk, by=owner, at=at)
        assert names(f"filter=tags:all:{tag.pk}", owner, at, "contact") == ["Ана А"]
        assert names("filter=tags:empty", owner, at, "contact") == ["Борис Б"]
        untag = BulkAct("untag", {}, (str(tag.pk),))
        start_bulk_change(entity="contact", act=untag, record_ids=ids, label="x", by=owner, at=at)
        assert not Tagging.objects.exists()

    def test_what_one_may_not_change_is_left_out(
        self, add_company: AddCompany, owner: Actor, user: Actor, at: datetime
    ) -> None:
        mine, theirs = add_company("Моя", by=user), add_company("Чужда")
        act = BulkAct("edit", {"city": "Русе"})

        changes = start_bulk_change(
            entity="company", act=act, record_ids=[mine.pk, theirs.pk], label="x", by=user, at=at
        )

        theirs.refresh_from_db()
        assert (changes.total, theirs.city) == (1, "")

    def test_a_refused_record_stops_no_other(
        self, add_company: AddCompany, add_contact: AddContact, owner: Actor, at: datetime
    ) -> None:
        archived, used = add_company("Стара"), add_company("Нова")
        archive = BulkAct("archive", {})
        start_bulk_change(entity="company", act=archive, record_ids=[archived.pk], label="x", by=owner, at=at)

        changes = start_bulk_change(
            entity="company", act=archive, record_ids=[archived.pk, used.pk], label="x", by=owner, at=at
        )

        assert (changes.done_count, changes.failed_count) == (1, 1)
        left_out = ChangedRecord.objects.get(change_set=changes, record_id=archived.pk)
        assert left_out.kept_reason

    def test_more_than_two_hundred_by_a_job(
        self, add_company: AddCompany, owner: Actor, at: datetime, run_jobs: Callable[[], list[str]]
    ) -> None:
        model = add_company("Образец")
        rows = [
            Company(
                name=f"К{n}",
                name_folded=f"к{n}",
                search_text="",
                owner_id=model.owner_id,
                created_at=at,
                updated_at=at,
            )
            for n in range(205)
        ]
        Company.objects.bulk_create(rows)
        act = BulkAct("edit", {"city": "Русе"})

        changes = start_bulk_change(
            entity="company", act=act, record_ids=[one.pk for one in rows], label="x", by=owner, at=at
        )
        assert changes.finished_at is None
        assert "apply_bulk_change" in run_jobs()
        changes.refresh_from_db()
        assert (changes.done_count, changes.finished_at is not None) == (205, True)
        assert Company.objects.filter(city="Русе").count() == 205
        undo_bulk_change(change_set_id=changes.pk, by=owner, at=at)
        assert "undo_bulk_change" in run_jobs()
        assert not Company.objects.filter(city="Русе").exists()

    def test_has_an_end(self, in_alpha: Any, owner: Actor, at: datetime) -> None:
        with pytest.raises(TooManyRecords):
            start_bulk_change(
                entity="company",
                act=BulkAct("archive", {}),
                record_ids=[UUID(int=n) for n in range(10_001)],
                label="x",
                by=owner,
                at=at,
            )

    def test_is_too_late_after_thirty_days(self, add_company: AddCompany, owner: Actor, at: datetime) -> None:
        ids = [add_company().pk]
        act = BulkAct("archive", {})
        changes = start_bulk_change(entity="company", act=act, record_ids=ids, label="x", by=owner, at=at)

        with pytest.raises(UndoTooLate):
            undo_bulk_change(change_set_id=changes.pk, by=owner, at=at + timedelta(days=31))


class TestViews:
    def test_a_view_keeps_the_list_and_a_changed_list_leaves_it(
        self, browser: Client, add_company: AddCompany
    ) -> None:
        add_company("Алфа", city="Русе")
        add_company("Бета", city="Варна")
        sent = {"name": "Русенци", "query": "filter=city:is:Русе&ordering=-name&cursor=x", "is_default": "on"}

        answer = browser.post("/lists/company/views/", sent)
        view = SavedView.objects.get()
        opened = browser.get("/companies/")
        changed = browser.get(f"{answer['Location']}&group=city")

        assert view.query == "filter=city:is:%D0%A0%D1%83%D1%81%D0%B5&ordering=-name"
        assert "Алфа" in opened.text
        assert "Бета" not in opened.text
        assert "The view itself stays as it was." in changed.text
        view.refresh_from_db()
        assert "group" not in view.query
        browser.post(f"/views/{view.pk}/update/", {"query": f"{view.query}&group=city"})
        view.refresh_from_db()
        assert view.query.endswith("group=city")
        browser.post(f"/views/{view.pk}/delete/")
        assert not SavedView.objects.exists()

    def test_one_default_for_each(self, in_alpha: Any, owner: Actor, manager: Actor, at: datetime) -> None:
        first = save_view(entity="contact", name="A", query="", is_default=True, by=owner, at=at)
        save_view(entity="contact", name="B", query="", is_default=True, by=owner, at=at)
        save_view(entity="contact", name="C", query="", is_default=True, is_shared=True, by=manager, at=at)

        first.refresh_from_db()
        assert not first.is_default
        assert SavedView.objects.filter(is_default=True).count() == 2

    def test_the_team_s_views_are_changed_by_those_who_may_share(
        self, in_alpha: Any, user: Actor, manager: Actor, at: datetime
    ) -> None:
        view = save_view(entity="contact", name="Общ", query="", is_shared=True, by=manager, at=at)
        own = save_view(entity="contact", name="Мой", query="", by=user, at=at)

        with pytest.raises(NotAllowed):
            update_view(view_id=view.pk, query="group=owner", by=user, at=at)
        with pytest.raises(NotAllowed):
            change_view(
                view_id=own.pk, name="x", is_shared=True, is_pinned=False, is_default=False, by=user, at=at
            )
        with pytest.raises(SavedView.DoesNotExist):
            update_view(view_id=own.pk, query="", by=manager, at=at)


class TestFiles:
    def test_a_csv_holds_what_the_list_shows(
        self, add_company: AddCompany, owner: Actor, at: datetime
    ) -> None:
        add_company("=HYPERLINK(1)", city="Русе", phone="+359 88 1")
        add_company("Бета; и син", city="Русе")
        add_company("Гама", city="Варна")
        query = "filter=city:is:Русе&columns=phone,name&ordering=-name"

        export = start_list_export(entity="company", query=query, file_format="csv", by=owner, at=at)

        assert export.file is not None
        text = read_bytes(export.file)
        comma = ";" if owner.language == "bg" else ","
        assert text.startswith(b"\xef\xbb\xbf")
        rows = text.decode("utf-8-sig").splitlines()
        assert len(rows) == 3
        assert rows[1] in (f'"Бета; и син"{comma}', f"Бета; и син{comma}")
        assert rows[2] == f"'=HYPERLINK(1){comma}+359 88 1"

    def test_a_workbook(self, browser: Client, add_company: AddCompany) -> None:
        from openpyxl import load_workbook

        add_company("=1+1", city="Русе")
        answer = browser.post("/lists/company/export/", {"query": "", "format": "xlsx"}, follow=True)

        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        assert [cell.value for cell in next(sheet.iter_rows(min_row=2))][:1] == ["'=1+1"]

    def test_a_long_list_by_a_job(
        self, browser: Client, add_company: AddCompany, at: datetime, run_jobs: Callable[[], list[str]]
    ) -> None:
        add_company("Образец")
        rows = [
            Company(name=f"К{n}", name_folded=f"к{n}", search_text="", created_at=at, updated_at=at)
            for n in range(2_001)
        ]
        Company.objects.bulk_create(rows)

        waiting = browser.post("/lists/company/export/", {"query": "", "format": "csv"}, follow=True)
        run_jobs()
        export = ListExport.objects.get()
        page = browser.get(f"/exports/{export.pk}/")

        assert "0 / 2002" in waiting.text
        assert export.done_count == 2_002
        assert "Download" in page.text

    def test_nobody_takes_another_s_file(
        self,
        browser_of: Callable[..., Client],
        alpha: Any,
        add_company: AddCompany,
        owner: Actor,
        at: datetime,
    ) -> None:
        export = start_list_export(entity="company", query="", file_format="csv", by=owner, at=at)

        assert browser_of(alpha, "manager").get(f"/exports/{export.pk}/file/").status_code == 404
        assert browser_of(alpha, "user").post("/lists/company/export/", {"format": "csv"}).status_code == 403


class TestTags:
    def test_made_renamed_merged_and_deleted(
        self, browser: Client, add_contact: AddContact, owner: Actor, at: datetime
    ) -> None:
        contact = add_contact()
        browser.post("/settings/tags/", {"name": "Важен", "color": "red"})
        twice = browser.post("/settings/tags/", {"name": "важен", "color": "red"})
        first = Tag.objects.get()
        browser.post(f"/settings/tags/{first.pk}/", {"name": "Ключов", "color": "blue"})
        browser.post(f"/lists/contact/{contact.pk}/tags/", {"tag": [first.pk], "new": "Партньор, Ключов"})
        second = Tag.objects.get(name="Партньор")

        merge_tags(tag_id=first.pk, into_id=second.pk, by=owner, at=at)

        assert twice.status_code == 422
        assert [one.tag_id for one in Tagging.objects.all()] == [second.pk]
        assert "Партньор" in browser.get("/contacts/?columns=tags").text
        browser.post(f"/settings/tags/{second.pk}/delete/")
        assert not Tag.objects.exists()
        assert not Tagging.objects.exists()
