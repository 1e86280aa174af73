from datetime import date
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import void_payment
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, client, fresh, issued, payment

HTMX = {"HX-Request": "true"}
TYPED = {"amount": "120,00", "currency": "EUR", "received_on": "15.03.2026", "method": "bank_transfer"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def address(money: Payment, act: str = "") -> str:
    return f"/payments/{money.pk}/{act}"


def test_the_list_says_why_a_payment_found_no_invoice(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, run_jobs: Any
) -> None:
    assert "No payments yet" in text(browser.get("/payments/"))
    payment(owner, reference="наем за март", payer_name="Платец ООД")
    run_jobs()
    page = text(browser.get("/payments/"))
    assert "Платец ООД" in page and "holds no invoice number" in page and "Unmatched" in page


def test_the_list_is_narrowed_by_the_address(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    rent, fee = (
        payment(owner, reference="наем"),
        payment(owner, "7.50", "такса", currency="USD", method="cash"),
    )
    void_payment(payment_id=fee.pk, reason="Два пъти", by=owner, at=AT)

    def found(query: str) -> set[Any]:
        return {one.pk for one in browser.get(f"/payments/?{query}", follow=True).context["list"].page.items}

    assert found("filter=status:is:unmatched") == {rent.pk} and found("status=voided") == {fee.pk}
    assert found("search=naem") == {rent.pk} and found("method=cash") == {fee.pk}
    assert found("currency=USD") == {fee.pk} and found("period=nonsense") == {rent.pk, fee.pk}
    assert found("filter=unallocated:above:7.5") == {rent.pk}
    assert found("filter=unallocated:is:0") == {fee.pk}
    assert found("filter=status:not:voided") == {rent.pk}


def test_the_foot_adds_no_voided_payment(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    payment(owner)
    void_payment(payment_id=payment(owner, "7.50").pk, reason="Два пъти", by=owner, at=AT)
    listed = browser.get("/payments/").context["list"]
    assert listed.count == (2, False)
    assert [(label, [str(one) for one, _currency in sums]) for label, sums in listed.totals] == [
        ("Amount", ["120.00"]),
        ("Not linked", ["120.00"]),
    ]


@pytest.mark.parametrize("path", ["/payments/", "/payments/new/"])
def test_the_pages_ask_the_database_little(
    browser: Client,
    owner: Actor,
    in_alpha: OrganizationRef,
    path: str,
    django_assert_max_num_queries: Any,
) -> None:
    money = payment(owner, payer_name="Непознат платец", payer_iban="BG80BNBG96611020345678")
    issued(owner)
    browser.get(path)
    with django_assert_max_num_queries(8):
        browser.get(path)
    with django_assert_max_num_queries(13):
        browser.get(address(money))


def test_a_payment_for_an_invoice_is_filled_in_and_leads_back_to_it(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = issued(owner)
    form = text(browser.get(f"/payments/new/?invoice={invoice.pk}", headers=HTMX))
    assert 'value="120.00"' in form and f'value="{invoice.number}"' in form and "<html" not in form

    answer = browser.post(f"/payments/new/?invoice={invoice.pk}", TYPED, headers=HTMX)

    money = Payment.objects.get()
    assert answer["HX-Redirect"] == f"/invoices/{invoice.pk}/?payment={money.pk}"


def test_a_payment_alone_leads_to_its_own_page(browser: Client, in_alpha: OrganizationRef) -> None:
    assert browser.post("/payments/new/", TYPED)["Location"] == address(Payment.objects.get())


def test_errors_stand_beside_their_fields(browser: Client, in_alpha: OrganizationRef) -> None:
    wrong = TYPED | {"amount": "-5", "payer_iban": "BG00BNBG96611020345678", "reference": "запазено"}
    answer = browser.post("/payments/new/", wrong, headers=HTMX)
    page = text(answer)
    assert answer.status_code == 422 and 'id="id_amount_error"' in page and 'id="id_payer_iban_error"' in page
    assert 'value="запазено"' in page and not Payment.objects.exists()


def test_link_and_unlink_by_hand(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice, money = issued(owner), payment(owner, reference="без номер")
    page = text(browser.get(address(money)))
    assert str(invoice.number) in page and 'value="120.00"' in page

    linked = browser.post(address(money, "allocate/"), {"invoice_id": str(invoice.pk), "amount": "100,00"})
    assert linked["Location"] == address(money) and str(fresh(invoice).outstanding) == "20.00"
    assert "Linked by hand." in text(browser.get(address(money)))
    assert "Linked by hand." in text(browser.get(f"/invoices/{invoice.pk}/"))

    unlink = address(money, f"deallocate/{invoice.pk}/")
    assert browser.post(unlink, {"reason": ""}, headers=HTMX).status_code == 422
    assert browser.post(unlink, {"reason": "Друга фактура"}, headers=HTMX).status_code == 204
    assert str(fresh(invoice).outstanding) == "120.00"


def test_linking_too_much_is_explained_in_its_place(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice, money = issued(owner), payment(owner, "500.00")
    data = {"invoice_id": str(invoice.pk), "amount": "400"}
    answer = browser.post(address(money, "allocate/"), data, headers=HTMX)
    assert answer.status_code == 422 and "more than the invoice still owes" in text(answer)


def test_open_invoices_are_found_and_the_likeliest_comes_first(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    far, own = (
        issued(owner, client(owner, name="Далечна ООД", eik="831646048"), currency="USD"),
        client(owner),
    )
    other = issued(owner, client(owner, name="Друга ООД", eik="831646048"))
    near = issued(owner, own)
    money = payment(owner, "50.00", company_id=own.pk)
    candidates = browser.get(address(money)).context["candidates"]
    assert [one.pk for one in candidates] == [near.pk, other.pk] and far not in candidates
    found = text(browser.get(address(money, "allocate/?search=druga"), headers=HTMX))
    assert str(other.number) in found and str(near.number) not in found and "<html" not in found


def test_void_with_a_reason(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    money = payment(owner)
    assert "mistake" in text(browser.get(address(money, "void/"), headers=HTMX))
    assert browser.post(address(money, "void/"), {"reason": "Въведено два пъти"}).status_code == 302
    page = text(browser.get(address(money)))
    assert "Voided" in page and "Въведено два пъти" in page
    assert (
        "already" in text(browser.post(address(money, "void/"), {"reason": "Пак"})) or fresh(money).voided_at
    )


def test_a_user_records_no_payment(browser_of: Any, alpha: OrganizationRef) -> None:
    assert browser_of(alpha, "user").get("/payments/new/").status_code == 403
    assert browser_of(alpha, "user").post("/payments/new/", TYPED).status_code == 403


def test_money_that_is_recorded_already_is_shown_before_it_is_recorded_again(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    firm = client(owner)
    known = payment(owner, "120.00", "наем", company_id=firm.pk, received_on=date(2026, 3, 13))
    others = [
        payment(owner, "120.00", "стар", received_on=date(2026, 3, 1)),
        payment(owner, "121.00", "друго", received_on=date(2026, 3, 15)),
        payment(owner, "120.00", "чужд", company_id=client(owner, name="Друга ООД", eik="").pk),
    ]
    typed = {**TYPED, "company_id": str(firm.pk), "reference": "за март"}

    asked = browser.post("/payments/new/", typed)

    assert asked.status_code == 422 and Payment.objects.count() == len(others) + 1
    assert "Is this another payment?" in text(asked) and address(known) in text(asked)
    assert 'value="за март"' in text(asked) and not any(address(one) in text(asked) for one in others)

    assert browser.post("/payments/new/", typed | {"anyway": "1"}).status_code == 302
    assert Payment.objects.filter(company_id=firm.pk, reference="за март").count() == 1


@pytest.mark.parametrize(
    ("known", "typed", "is_asked"),
    [
        ({}, {}, True),
        ({"payer_iban": "BG80BNBG96611020345678"}, {"payer_iban": "bg80 bnbg 9661 1020 3456 78"}, True),
        ({"payer_iban": "BG80BNBG96611020345678"}, {}, True),
        ({"payer_iban": "BG95UNCR70001523456789"}, {"payer_iban": "BG80BNBG96611020345678"}, False),
        ({"currency": "USD"}, {}, False),
    ],
)
def test_only_what_may_be_the_same_money_is_asked_about(
    browser: Client,
    owner: Actor,
    in_alpha: OrganizationRef,
    known: dict[str, Any],
    typed: dict[str, Any],
    is_asked: bool,
) -> None:
    payment(owner, "120.00", received_on=date(2026, 3, 15), **known)
    answer = browser.post("/payments/new/", TYPED | typed)
    assert (answer.status_code == 422) is is_asked
    assert Payment.objects.count() == (1 if is_asked else 2)


def test_a_void_payment_is_no_reason_to_ask(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    money = payment(owner, "120.00", received_on=date(2026, 3, 15))
    void_payment(payment_id=money.pk, reason="Сбъркано", by=owner, at=AT)
    assert browser.post("/payments/new/", TYPED).status_code == 302
