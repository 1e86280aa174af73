"""Whose account it is, learned by two at once: what each of them learns is kept."""

from threading import Barrier

from django.db import transaction

from tenant_apps.invoices.operations import allocate_payment
from tenant_apps.reconciliation.models import KnownPayer
from tenant_apps.reconciliation.operations import learn_payers
from tenant_apps.reconciliation.operations.payers import teach, what_is_known
from tests.invoices.stories import AT, client, issued, payment
from tests.reconciliation.test_decide_at_once import race, two_of

IBAN = "BG95UNCR70001523456789"


def test_two_batches_that_teach_two_clients_make_it_shared(in_committed_alpha):
    people, both_looked = two_of(in_committed_alpha), Barrier(2, timeout=10)
    firms = [client(by, name=f"Фирма {by.label}", eik="") for by in people]

    def learn(firm):
        with transaction.atomic():
            known = what_is_known({IBAN})
            both_looked.wait()
            teach([(IBAN, (firm.pk, None))], known, AT)

    assert race(in_committed_alpha, *(lambda firm=firm: learn(firm) for firm in firms)) == [None, None]

    known = KnownPayer.objects.get(iban=IBAN)
    assert (known.is_shared, known.pays_for) == (True, (None, None))


def test_two_batches_that_teach_one_client_agree(in_committed_alpha):
    (owner, _manager), both_looked = two_of(in_committed_alpha), Barrier(2, timeout=10)
    firm = client(owner)

    def learn():
        with transaction.atomic():
            known = what_is_known({IBAN})
            both_looked.wait()
            teach([(IBAN, (firm.pk, None))], known, AT)

    assert race(in_committed_alpha, learn, learn) == [None, None]

    assert KnownPayer.objects.get(iban=IBAN).pays_for == (firm.pk, None)


def test_two_people_who_link_money_of_one_account_to_two_clients_make_it_shared(in_committed_alpha):
    people, both_linked = two_of(in_committed_alpha), Barrier(2, timeout=10)
    owed = [issued(by, client(by, name=f"Фирма {by.label}")) for by in people]
    money = [payment(by, "120.00", payer_iban=IBAN) for by in people]

    def link(by, invoice, paid):
        with transaction.atomic():
            allocate_payment(payment_id=paid.pk, invoice_id=invoice.pk, amount=paid.amount, by=by, at=AT)
            both_linked.wait()
            learn_payers(ibans={IBAN}, by=by, at=AT)

    acts = [lambda one=one: link(*one) for one in zip(people, owed, money, strict=True)]
    assert race(in_committed_alpha, *acts) == [None, None]

    assert KnownPayer.objects.get(iban=IBAN).is_shared


def test_of_an_account_of_nobody_nothing_is_kept(in_alpha, owner):
    learn_payers(ibans={IBAN}, by=owner, at=AT)
    assert not KnownPayer.objects.exists()
