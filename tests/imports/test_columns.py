"""What columns are: guessed from headers, asked where it is unclear, remembered."""

import pytest

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact, ContactDetail, Deal
from tenant_apps.imports.rules.headers import guess_mapping
from tenant_apps.imports.rules.targets import TARGETS
from tenant_apps.workspace.operations import FieldChange, Option, create_field
from tenant_apps.workspace.queries import custom_of
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk

KNOWN = {
    "HubSpot contacts": (
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Job Title,City",
        ",contact.first_name,contact.last_name,contact.email,contact.phone,contact.owner,company.name,"
        "contact.job_title,company.city",
    ),
    "HubSpot contacts with more": (
        "First Name,Last Name,Email,Create Date,Lead Status,Primary Associated Company,Associated Note",
        "contact.first_name,contact.last_name,contact.email,,,company.name,note.text",
    ),
    "a name beside a firm's": (
        "Име,Имейл,Телефон,Фирма",
        "contact.full_name,contact.email,contact.phone,company.name",
    ),
    "HubSpot companies": (
        "Company name,Company owner,Phone Number,City,Country/Region,Industry,Number of Employees",
        "company.name,company.owner,company.phone,company.city,company.country,company.industry,company.size",
    ),
    "HubSpot deals": (
        "Deal Name,Deal Stage,Pipeline,Amount,Close Date,Deal owner,Create Date",
        "deal.name,deal.stage,deal.pipeline,deal.value,deal.closed_on,deal.owner,deal.opened_on",
    ),
    "Pipedrive deals": (
        "Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Stage,Deal - Owner,Deal - Status,"
        "Deal - Expected close date,Deal - Lost reason,Organization - Name,Person - Name,"
        "Person - Email - Work",
        "deal.name,deal.value,deal.currency,deal.stage,deal.owner,deal.status,deal.expected_close_on,"
        "deal.lost_reason,company.name,contact.full_name,contact.email",
    ),
    "Pipedrive people": (
        "Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Work,Person - Owner",
        "contact.full_name,company.name,contact.email,contact.phone,contact.owner",
    ),
    "Google Contacts": (
        "Name,Given Name,Family Name,Labels,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value,"
        "Organization Name,Organization Title,Notes,Website 1 - Value",
        "contact.full_name,contact.first_name,contact.last_name,contact.tags,contact.email,"
        "contact.more_emails,contact.phone,company.name,contact.job_title,note.text,company.website",
    ),
    "our own words": (
        "Фирма,ЕИК,ДДС номер,Град,Адрес,Лице за контакт,Длъжност,GSM,Имейл,Отговорник,Бележки,Етикети",
        "company.name,company.eik,company.vat_number,company.city,company.address,contact.full_name,"
        "contact.job_title,contact.phone,contact.email,contact.owner,note.text,contact.tags",
    ),
    "products": (
        "Код,Артикул,Мярка,Ед. цена,Валута,ДДС ставка",
        "product.code,product.name,product.unit,product.unit_price,product.currency,product.vat_rate",
    ),
}


@pytest.mark.parametrize("program", KNOWN)
def test_headers_of_other_programs_are_known(program: str) -> None:
    headers, mapping = (text.split(",") for text in KNOWN[program])

    assert guess_mapping(headers, TARGETS) == mapping


def test_what_was_chosen_is_remembered_for_the_same_headers(desk: Desk, in_alpha: OrganizationRef) -> None:
    first = "Кой,Поща\nАна Борисова,ana@some.example\n"
    desk.imported(first, Кой="contact.full_name", Поща="contact.email", mode="create")

    second = desk.arrived("КОЙ,поща\nБоян,boyan@some.example\n")

    assert second.mapping == ["contact.full_name", "contact.email"]
    assert second.options["mode"] == "create"


def test_dates_that_may_be_either_are_asked_about(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.arrived("Deal,Expected close\nFirst,03/04/2026\n")

    answer = desk.choose(run)
    assert answer.status_code == 422
    assert "third of April" in str(answer.context["form"].errors)

    desk.choose(run, date_order="mdy")
    desk.run_jobs()
    desk.browser.post(f"/imports/{run.pk}/run/")
    desk.run_jobs()
    assert str(Deal.objects.get().expected_close_on) == "2026-03-04"


def test_two_columns_for_one_field_are_refused(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.arrived("Име,Имейл,Друг\nАна,a@some.example,b@some.example\n")

    answer = desk.choose(run, Друг="contact.email")

    assert answer.status_code == 422
    assert "Two columns are given to the same field." in answer.content.decode()


def test_a_file_read_wrongly_is_read_again(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.arrived("Списък;2026\nИме;Имейл\nАна;ana@some.example\n")
    desk.browser.post(
        f"/imports/{run.pk}/reading/", {"encoding": "utf-8-sig", "delimiter": ";", "header_row": "2"}
    )

    run = desk.now(run.pk)

    assert [column["header"] for column in run.columns] == ["Име", "Имейл"]
    assert run.row_count == 1


def test_an_own_id_recognises_a_renamed_contact(desk: Desk, in_alpha: OrganizationRef) -> None:
    desk.imported("Име,Фамилия,Имейл\nАна,Борисова,ana@some.example\n")
    contact = Contact.objects.get()

    run = desk.imported(
        f"Tefter ID,First name,Last name,E-mail\n{contact.pk},Анна,Георгиева,anna@x.example\n"
    )

    assert run.counts["updated"] == 1
    contact.refresh_from_db()
    assert (str(contact), contact.email) == ("Анна Георгиева", "anna@x.example")


def test_phones_are_the_same_in_any_spelling(desk: Desk, in_alpha: OrganizationRef) -> None:
    desk.imported("Име,Фамилия,Телефон\nАна,Борисова,+359 88 812 3456\n")

    run = desk.imported("Име,Фамилия,Телефон,Длъжност\nАна,Борисова,0888123456,Директор\n")

    assert Contact.objects.get().job_title == "Директор"
    assert run.counts["updated"] == 1


CARDS = """BEGIN:VCARD
VERSION:3.0
N:Иванов;Иван;;;
FN:Иван Иванов
ORG:Алфа ООД;Продажби
TITLE:Търговец
EMAIL;TYPE=INTERNET:ivan@alfa.example
EMAIL;TYPE=HOME:ivan@home.example
TEL;TYPE=CELL:+359 88 812 3456
NOTE:Среща\\, в сряда\\nв 10
 :30
CATEGORIES:важен,нов
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9F=D0=B5=D1=82=D1=80=D0=BE=D0=B2=D0=B0;=D0=9C=D0=B0=D1=80=
=D0=B8=D1=8F
TEL;CELL:0899 111 222
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Zoe Адамс
TEL;VALUE=uri:tel:+44-20-7946-0000
item1.EMAIL:zoe@some.example
END:VCARD
"""


def test_cards_of_several_people_come_in(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.imported(CARDS, "people.vcf")

    assert run.counts["created"] == 3, desk.problems(run)
    ivan = Contact.objects.get(last_name="Иванов")
    assert (ivan.company.name, ivan.job_title, ivan.notes.get().text) == (
        "Алфа ООД",
        "Търговец",
        "Среща, в сряда\nв 10:30",
    )
    assert ContactDetail.objects.get(contact=ivan).value == "ivan@home.example"
    assert str(Contact.objects.get(phone="0899 111 222")) == "Мария Петрова"
    assert Contact.objects.get(email="zoe@some.example").phone == "+44-20-7946-0000"


def test_own_fields_come_in_by_their_labels(desk: Desk, in_alpha: OrganizationRef, owner: Actor) -> None:
    options = (Option(bg="Сребърен", en="Silver"), Option(bg="Златен", en="Gold"))
    for kind, label, more in (
        ("choice", "Ниво", {"options": options}),
        ("date", "Клиент от", {}),
        ("money", "Лимит", {}),
    ):
        details = FieldChange(label_bg=label, label_en=label, **more)
        create_field(entity="company", kind=kind, details=details, by=owner, at=clock.now())
    file = 'Фирма,Ниво,Клиент от,Лимит\nАлфа,Златен,31.12.2025,"1 234,50"\nБета,Бронзов,,\n'

    run = desk.imported(file)

    assert desk.problems(run)[3][:2] == ("failed", "Ниво")
    company = Company.objects.get()
    assert custom_of("company", company.pk) == {
        "nivo": "gold",
        "klient_ot": "2025-12-31",
        "limit": {"amount": "1234.50", "currency": "EUR"},
    }
    again = desk.imported(file.replace("Златен", "Сребърен"))
    assert again.counts["updated"] == 1
    assert desk.imported(file.replace("Златен", "Сребърен")).counts["unchanged"] == 1
    desk.undo(again)
    assert custom_of("company", company.pk)["nivo"] == "gold"
