"""The workbench as people see it: the list beside the case, acts that answer and move on, few statements."""

import sys
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.reconciliation.models import BankLine, Decision, LineRule
from tenant_apps.reconciliation.operations import accept_candidate, certain, mark_waiting, second_thoughts
from tests.invoices.stories import AT, client, fresh, issued, line, payment
from tests.reconciliation.bench import D, brought, left, paid
from tests.reconciliation.samples import Move

pytestmark = pytest.mark.usefixtures("in_alpha")
HTMX = {"HX-Request": "true"}
FEE = Move("-12.50", name="Банка", iban="", text="Такса превод")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def at_case(item: Any, act: str = "") -> str:
    return f"/workbench/{item.pk}/{act}"


def rows(browser: Any, query: str = "") -> list[Any]:
    """The ids that the list shows, in its order."""
    return [item.id for item in browser.get(f"/workbench/{query}").context["bench"].items]


# The list ---------------------------------------------------------------------------------------------------


def test_an_empty_bench_says_so_and_what_fills_it(browser):
    page = text(browser.get("/workbench/"))
    assert "Everything is explained" in page and "/bank/statements/new/" in page
    assert "Nothing here waits" in text(browser.get("/workbench/?sign=in"))


def test_lines_and_payments_stand_in_one_list_the_oldest_first(till, browser, owner):
    old = payment(owner, "10.00", received_on=date(2026, 1, 5))
    out, come = brought(
        till, Move("-12.50", on="2026-11-03", iban=""), Move("75.00", on="2026-11-04", iban="")
    )
    new = payment(owner, "20.00", received_on=date(2026, 11, 30))

    assert rows(browser) == [old.pk, out.pk, come.payment.pk, new.pk]
    assert rows(browser, "?order=largest") == [come.payment.pk, new.pk, out.pk, old.pk]
    assert rows(browser, "?sign=out") == [out.pk]
    assert rows(browser, "?sign=in") == [old.pk, come.payment.pk, new.pk]
    assert rows(browser, f"?account={out.account_id}") == [out.pk, come.payment.pk]
    assert rows(browser, "?account=none") == [old.pk, new.pk]
    assert old.pk in rows(browser, "?age=90") and new.pk not in rows(browser, "?age=7")
    assert len(rows(browser, "?account=x&sign=up&age=3&order=moon&cursor=nonsense")) == 4


def test_the_tally_says_how_much_and_since_when(till, browser, owner):
    payment(owner, "10.00", received_on=date(2026, 1, 5))
    payment(owner, "5.00", currency="USD")
    brought(till, FEE)
    tally = browser.get("/workbench/").context["bench"].tally
    assert (tally.count, tally.is_more, tally.oldest_on) == (3, False, date(2026, 1, 5))
    assert (tally.came_in, tally.went_out) == (
        [(D("10.00"), "EUR"), (D("5.00"), "USD")],
        [(D("-12.50"), "EUR")],
    )


def test_no_more_than_a_thousand_are_counted(browser, owner, monkeypatch):
    monkeypatch.setattr(sys.modules["tenant_apps.reconciliation.queries.workbench"], "CAP", 2)
    for _ in range(3):
        payment(owner, "1.00")
    page = browser.get("/workbench/")
    assert (page.context["bench"].tally.count, page.context["bench"].tally.is_more) == (2, True)
    assert "2+ wait" in text(page)


@pytest.mark.parametrize("order", ["", "order=largest&"])
def test_pages_follow_each_other_and_lead_back(till, browser, owner, order):
    for number in range(60):
        payment(owner, str(100 + number % 7), received_on=date(2026, 1, 1 + number % 9))
    brought(till, *(Move(f"-{100 + number}.00", on=f"2026-01-0{1 + number}", iban="") for number in range(5)))
    first = browser.get(f"/workbench/?{order}").context["bench"]
    second = browser.get(f"/workbench/?{order}cursor={first.page.next_cursor}").context["bench"]
    seen = [item.id for item in (*first.items, *second.items)]
    assert len(seen) == len(set(seen)) == 65 and second.page.next_cursor is None
    back = browser.get(f"/workbench/?{order}cursor={second.page.previous_cursor}").context["bench"]
    assert [item.id for item in back.items] == [item.id for item in first.items]


# The case ---------------------------------------------------------------------------------------------------


def test_a_case_tells_who_paid_and_what_it_may_be_with_reasons(browser, owner):
    firm = client(owner)
    invoice = issued(owner, firm)
    money = payment(owner, reference="по договор", payer_name="KLIENT OOD", company_id=firm.pk)
    page = text(browser.get(at_case(money)))
    assert "KLIENT OOD" in page and "по договор" in page and str(invoice.number) in page
    assert "The amount equals what was outstanding: 120.00." in page
    assert "The reference holds no invoice number." not in page
    assert "<html" in page and "<html" not in text(browser.get(at_case(money), headers=HTMX))


def test_what_the_payment_names_and_cannot_get_is_told_with_the_reason(browser, owner):
    invoice = issued(owner)
    accept_candidate(payment_id=payment(owner).pk, invoice_id=invoice.pk, by=owner, at=AT)
    money = payment(owner, reference=f"ф-ра {invoice.number}")
    page = text(browser.get(at_case(money)))
    assert "case-rejected" in page and "The invoice is already paid." in page


def test_another_invoice_is_found_by_number_client_or_amount(browser, owner):
    firm = client(owner, name="Зелен Двор ЕООД")
    invoice = issued(owner, firm, items=(line("1", "431"),))
    money = payment(owner, "7.00", reference="без номер")
    for search in (str(invoice.number), "zelen", "517,20", "517.20"):
        found = browser.get(at_case(money), {"search": search}).context["case"].found
        assert [one.invoice.pk for one in found] == [invoice.pk], search
    assert "No open invoice fits." in text(browser.get(at_case(money), {"search": "Марс"}))


def test_the_pages_ask_the_database_little(till, browser, owner, django_assert_max_num_queries):
    firm = client(owner)
    for _ in range(3):
        issued(owner, firm)
    money = payment(owner, reference="по договор", payer_name="Клиент ООД")
    (out,) = brought(till, FEE)
    browser.get("/workbench/")
    for path in (
        "/workbench/",
        at_case(money),
        at_case(out),
        at_case(money, "split/"),
        at_case(money, "client/"),
    ):
        with django_assert_max_num_queries(8):
            browser.get(path)
    with django_assert_max_num_queries(8):
        browser.get(at_case(money), {"search": "Клиент"}, headers=HTMX)


def test_more_rows_ask_no_more(till, browser, owner, django_assert_num_queries):
    firm = client(owner)
    money = payment(owner, reference="по договор", payer_name="Клиент ООД")
    issued(owner, firm)
    browser.get(at_case(money))
    with CaptureQueriesContext(connection) as asked:
        browser.get(at_case(money))
    few = len(asked)
    for _ in range(30):
        payment(owner, "9.00")
        issued(owner, firm)
    browser.get(at_case(money))  # whose host this is was asked a while ago, and is asked again
    with django_assert_num_queries(few):
        browser.get(at_case(money))


# The acts ---------------------------------------------------------------------------------------------------


def test_accepting_moves_on_to_the_next_and_offers_undo(browser, owner):
    firm = client(owner)
    invoice = issued(owner, firm)
    money = payment(owner, company_id=firm.pk, received_on=date(2026, 1, 5))
    later = payment(owner, "7.00", received_on=date(2026, 2, 5))

    answer = browser.post(
        f"{at_case(money, 'accept/')}?sign=in",
        {"invoice_id": str(invoice.pk), "left": "120.00"},
    )

    assert answer["Location"] == f"/workbench/{later.pk}/?sign=in"
    page = text(browser.get(answer["Location"]))
    decision = Decision.objects.get()
    assert f"Linked to {invoice.number}." in page
    undo = f"/workbench/decisions/{decision.pk}/undo/?sign=in"
    assert f'action="{undo}"' in page
    assert browser.post(undo)["Location"] == f"/workbench/{money.pk}/?sign=in" and left(money) == "120.00"


def test_a_short_payment_is_one_decision(browser, owner):
    invoice, money = issued(owner), payment(owner, "110.00", reference="по договор")
    page = text(browser.get(at_case(money), {"search": str(invoice.number)}))
    assert 'value="fee"' in page and 'value="discount"' in page and 'value="owed"' in page
    answer = browser.post(
        at_case(money, "accept/"), {"invoice_id": str(invoice.pk), "rest": "fee"}, follow=True
    )
    assert "€10.00 are written off as a bank fee." in text(answer) and paid(invoice)[2] == "0.00"


def test_a_discount_opens_the_draft_of_its_credit_note(browser, owner):
    invoice, money = issued(owner), payment(owner, "110.00")
    answer = browser.post(at_case(money, "accept/"), {"invoice_id": str(invoice.pk), "rest": "discount"})
    note = Invoice.objects.get(kind="credit_note")
    assert answer["Location"] == f"/invoices/{note.pk}/edit/" and note.total == D("10.00")


def test_what_is_too_much_is_said_to_be_the_client_s_credit(browser, owner):
    invoice, money = issued(owner), payment(owner, "150.00")
    page = text(browser.get(at_case(money), {"search": str(invoice.number)}))
    assert "€30.00" in page and "more than it owes: they become the credit of Клиент ООД." in page
    answer = browser.post(at_case(money, "accept/"), {"invoice_id": str(invoice.pk)}, follow=True)
    assert "€30.00 are the credit of Клиент ООД." in text(answer)


def test_who_comes_second_is_told_and_goes_on(browser, owner, manager):
    invoice, money = issued(owner), payment(owner)
    other = payment(owner, "7.00", received_on=date(2026, 11, 5))
    accept_candidate(payment_id=money.pk, invoice_id=invoice.pk, by=manager, at=AT)
    answer = browser.post(at_case(money, "accept/"), {"invoice_id": str(invoice.pk)}, follow=True)
    assert answer.redirect_chain[-1][0] == at_case(other)
    assert f"{manager.label} has dealt with this already." in text(answer)
    done = text(browser.get(at_case(money)))
    assert "This money is explained." in done and manager.label in done


def test_a_wrong_amount_is_said_and_links_nothing(browser, owner):
    invoice, money = issued(owner), payment(owner)
    for wrong in ({"invoice_id": "x"}, {"invoice_id": str(invoice.pk), "amount": "ten"}):
        answer = browser.post(at_case(money, "accept/"), wrong, follow=True)
        assert answer.redirect_chain[-1][0] == at_case(money) and "is-error" in text(answer)
    assert left(money) == "120.00"


def test_a_split_checks_the_sum_and_loses_nothing_that_was_typed(browser, owner):
    one, two, money = issued(owner), issued(owner), payment(owner, "200.00")
    address = at_case(money, "split/")
    typed = {"invoice_id": [str(one.pk), str(two.pk)], "amount": ["120,00", "90"], "left": "200.00"}

    page = browser.post(address, typed)
    assert (
        page.status_code == 422 and "more than what is left" in text(page) and 'value="120,00"' in text(page)
    )
    wrong = browser.post(address, typed | {"amount": ["120,01", "x"]})
    assert "more than the invoice still owes" in text(wrong) and "Enter a number." in text(wrong)
    nothing = browser.post(address, typed | {"amount": ["", ""]})
    assert "Give at least one invoice an amount." in text(nothing) and left(money) == "200.00"

    done = browser.post(address, typed | {"amount": ["120,00", "80"]}, follow=True)
    assert f"Linked to {one.number}, {two.number}." in text(done)
    assert (paid(one)[2], paid(two)[2]) == ("0.00", "40.00")


def test_invoices_that_add_up_are_offered_together(browser, owner):
    firm = client(owner)
    one = issued(owner, firm, items=(line("1", "175"),))
    two = issued(owner, firm, items=(line("1", "265"),))
    money = payment(owner, "528.00", reference="общо", company_id=firm.pk)
    page = text(browser.get(at_case(money)))
    assert "Together they owe just this:" in page and "Link them all" in page
    split = text(browser.get(at_case(money, "split/")))
    assert 'value="210.00"' in split and 'value="318.00"' in split
    parts = {"invoice_id": [str(one.pk), str(two.pk)], "amount": ["210.00", "318.00"], "left": "528.00"}
    browser.post(at_case(money, "split/"), parts)
    assert (paid(one)[2], paid(two)[2], left(money)) == ("0.00", "0.00", "0.00")


def test_a_split_finds_more_invoices_without_a_script(browser, owner):
    one, two = issued(owner), issued(owner, client(owner, name="Друг ООД"))
    money = payment(owner, "200.00")
    typed = {"invoice_id": [str(one.pk)], "amount": ["50"], "search": "Друг", "find": "1"}
    page = browser.post(at_case(money, "split/"), typed)
    assert page.status_code == 200 and 'value="50"' in text(page) and str(two.number) in text(page)
    assert left(money) == "200.00"


def test_money_of_a_client(browser, owner):
    firm, money = client(owner), payment(owner, "50.00")
    address = at_case(money, "client/")
    assert browser.get(address).status_code == 200
    empty = browser.post(address, {"company_id": "", "contact_id": ""})
    assert empty.status_code == 422 and "Choose whose money it is." in text(empty)
    done = browser.post(address, {"company_id": str(firm.pk)}, follow=True)
    assert "€50.00 are the credit of Клиент ООД." in text(done) and "Everything is explained" in text(done)


def test_marks_and_the_last_undo(till, browser, owner):
    first, second = brought(till, FEE, Move("-3.00", on="2026-11-09", iban="", text="Друга"))
    answer = browser.post(at_case(first, "mark/"), {"explanation": "fee"}, follow=True)
    assert "It is a bank fee." in text(answer) and answer.redirect_chain[-1][0] == at_case(second)
    assert fresh(first).explanation == "fee"
    back = browser.post("/workbench/undo/", follow=True)
    assert "It was taken back." in text(back) and back.redirect_chain[-1][0] == at_case(first)
    assert fresh(first).explanation == "open"


def test_a_line_that_may_be_a_payment_recorded_before(till, browser, owner):
    day = date(2026, 11, 3)
    one, _two = (payment(owner, "75.00", received_on=day, reference=name) for name in ("едно", "две"))
    (line_,) = brought(till, Move("75.00", name="Непознат", iban="", text="по уговорка"))
    page = text(browser.get(at_case(line_)))
    assert "Recorded before: is it one of these?" in page and "едно" in page and "две" in page
    browser.post(at_case(line_, "same/"), {"payment_id": str(one.pk)})
    assert fresh(line_).payment_id == one.pk
    assert browser.post(at_case(line_, "same/"), {"payment_id": "x"}).status_code in {302, 404}


def test_a_line_recorded_as_a_payment_stays_at_hand(till, browser, owner):
    for _ in range(2):
        payment(owner, "75.00", received_on=date(2026, 11, 3))
    (line_,) = brought(till, Move("75.00", name="Непознат", iban="", text="по уговорка"))
    answer = browser.post(at_case(line_, "record/"), follow=True)
    assert answer.redirect_chain[-1][0] == at_case(line_) and answer.context["item"].payment is not None


def test_money_out_that_gave_a_payment_back(till, browser, owner):
    money = payment(owner, "75.00", received_on=date(2026, 11, 1))
    (line_,) = brought(till, Move("-75.00", iban="", text="Връщане"))
    assert "Does it give one of these payments back?" in text(browser.get(at_case(line_)))
    browser.post(at_case(line_, "refund/"), {"payment_id": str(money.pk)})
    assert Payment.objects.get(pk=money.pk).refunded_total == D("75.00")


def ways_to_ask(page):
    """The form without a script that asks anew, and the one that keeps the rule."""
    forms = [form.partition("</form>")[0] for form in page.split("<form ")[1:]]
    (asks,) = [form for form in forms if "data-rule-preview" in form]
    (posts,) = [form for form in forms if 'name="applies"' in form]
    return asks, posts


def test_a_rule_from_a_line_is_previewed_then_applied(till, browser, owner):
    first, *_rest = brought(till, FEE, Move("-3.00", iban="", text="Месечна такса"), Move("-9.00", iban=""))
    address = at_case(first, "rule/")
    assert "1 line that waits would be explained" in text(browser.get(address))
    asked = {"text": "такса", "sign": "out", "verdict": "fee"}
    assert "2 lines that wait would be explained" in text(browser.get(address, asked))
    asks, posts = ways_to_ask(text(browser.get(address)))
    assert "csrfmiddlewaretoken" not in asks and 'name="verdict"' in asks, "it would stand in the address"
    assert 'hx-params="not csrfmiddlewaretoken"' in posts and "formmethod" not in posts
    assert not LineRule.objects.exists()
    wrong = browser.post(address, {"text": "", "verdict": "fee"})
    assert wrong.status_code == 422 and not LineRule.objects.exists()

    done = browser.post(address, asked | {"applies": "1"}, follow=True)

    assert "The rule was added and applied." in text(done)
    assert BankLine.objects.filter(explanation="fee").count() == 2


# All that is certain ----------------------------------------------------------------------------------------


def test_all_that_is_certain_is_shown_then_done(browser, owner):
    firm = client(owner)
    invoice = issued(owner, firm)
    money = payment(owner, reference="по договор", company_id=firm.pk)
    payment(owner, "3.00")
    page = text(browser.get("/workbench/certain/"))
    assert f'value="{money.pk}:{invoice.pk}"' in page and "Would be linked" in page
    done = browser.post("/workbench/certain/accept/", {"pair": f"{money.pk}:{invoice.pk}"}, follow=True)
    assert "Linked: 1." in text(done) and paid(invoice)[2] == "0.00"
    decision = Decision.objects.get()
    assert str(invoice.number) in text(browser.get(f"/workbench/decisions/{decision.pk}/"))
    again = browser.post(
        "/workbench/certain/accept/", {"pair": ["x", f"{money.pk}:{invoice.pk}"]}, follow=True
    )
    assert "Nothing is certain any more." in text(again) and "Nothing is certain" in text(again)


def test_a_long_acceptance_shows_how_far_it_is(browser, owner, run_jobs, monkeypatch):
    monkeypatch.setattr(certain, "AT_ONCE", 2)
    monkeypatch.setattr(second_thoughts, "AT_ONCE", 2)
    firms = [client(owner, name=f"Клиент {number} ООД") for number in range(3)]
    made = [(issued(owner, firm), payment(owner, company_id=firm.pk)) for firm in firms]
    run_jobs()
    told = [f"{money.pk}:{invoice.pk}" for invoice, money in made]
    answer = browser.post("/workbench/certain/accept/", {"pair": told})
    decision = Decision.objects.get()
    assert answer["Location"] == f"/workbench/decisions/{decision.pk}/"
    page = text(browser.get(answer["Location"]))
    assert "Linking · 0 / 3" in page and 'hx-trigger="every 1s"' in page
    assert "Linking" in text(browser.get(answer["Location"], headers=HTMX))
    run_jobs()
    assert browser.get(answer["Location"], headers=HTMX)["HX-Refresh"] == "true"
    assert "Undo all of it" in text(browser.get(answer["Location"]))
    browser.post(f"/workbench/decisions/{decision.pk}/undo/")
    assert "being taken back" in text(browser.get(answer["Location"]))


def test_one_who_only_looks_sees_no_acts(browser_of, alpha, owner, till):
    (line_,) = brought(till, FEE)
    mark_waiting(item_id=line_.pk, explanation="fee", by=owner, at=AT)
    page = browser_of(alpha, "user").get("/workbench/")
    assert page.status_code == 403
