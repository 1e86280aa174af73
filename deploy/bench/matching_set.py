"""Payments whose invoice is known, as banks bring them and people write them: right, spoiled, and misleading.

Everything is invented, and by the seed always the same. Prices repeat, numbers are short once their zeros
are lost, and half of the accounts are known from before.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

FIRST_WORDS = (
    "Алфа", "Балкан", "Вектор", "Гранит", "Дунав", "Евро", "Зенит", "Искър", "Кедър", "Люлин", "Марица",
    "Нова", "Орион", "Пирин", "Рила", "Струма", "Тракия", "Устрем", "Феникс", "Хоризонт", "Черно море",
    "Шипка", "Янтра", "Добруджа", "Родопи", "Средец", "Витоша", "Осъм", "Мизия", "Загора",
)  # fmt: skip
SECOND_WORDS = (
    "Трейд", "Строй", "Транс", "Консулт", "Инвест", "Фуудс", "Дизайн", "Логистик", "Принт", "Мед", "Агро",
    "Софт", "Мебел", "Текстил", "Сервиз", "Турс", "Енерджи", "Метал", "Пласт", "Фарма", "Медиа", "Комерс",
    "Груп", "Проект",
)  # fmt: skip
FORMS = ("ООД", "ЕООД", "АД")
PRICES = tuple(Decimal(price) for price in ("12", "24", "36", "60", "90", "120", "150", "240", "360", "1200"))
WORDS = ("фактура", "ф-ра", "Фактура №", "по ф-ра", "ф.", "INV", "invoice no.", "плащане по фактура", "F-RA")
TAILS = (
    "",
    " / {day}",
    " от {day} г.",
    ", благодаря",
    " {price} лв.",
    " на стойност {price}",
    ", договор 2026-17",
)
STRANGERS = ("Счетоводна къща Баланс 2000", "ЕТ Симеон Гечев", "Холдинг Запад АД", "Мария Симеонова Кънева")
SILENT = (
    "благодаря",
    "наем",
    "по договор",
    "плащане",
    "превод",
    "захранване на сметка",
    "за услуги м. март 2026",
)
CUT = 35


@dataclass(frozen=True)
class Sold:
    """An invoice: whose, how much, and what is the matter with it."""

    place: int
    client: int
    amount: Decimal
    currency: str = "EUR"
    state: str = "issued"

    @property
    def number(self) -> str:
        return f"{self.place + 1:010}"


@dataclass(frozen=True)
class Case:
    """A payment with its answer. `expected`: invoice → amount that is to be linked without asking; `right`:
    the invoices of which one is to be among the suggestions when it is not.
    """

    kind: str
    amount: Decimal
    reference: str
    payer_name: str = ""
    payer_iban: str = ""
    end_to_end_id: str = ""
    currency: str = "EUR"
    expected: dict[int, Decimal] = field(default_factory=dict)
    right: tuple[int, ...] = ()
    is_reversed: bool = False


# Kind → how many of a thousand.
SHARES = {
    "exact": 130,
    "zeros": 90,
    "spaces": 70,
    "look_alikes": 50,
    "glued": 20,
    "hard": 50,
    "end_to_end": 40,
    "several": 60,
    "part": 60,
    "more": 50,
    "stranger_pays": 30,
    "number_alone": 20,
    "no_number": 80,
    "misspelled_payer": 30,
    "part_without_number": 30,
    "slip_of_the_pen": 30,
    "wrong_sum": 20,
    "wrong_number": 20,
    "nobody_s_number": 20,
    "twice": 20,
    "reversed": 10,
    "dollars": 10,
    "paid_before": 10,
    "noise": 0,  # what is left
}


class MatchingSet:
    """`invoices` and `cases`, about `size` of them, always the same for the same seed."""

    def __init__(self, size: int, seed: int = 7) -> None:
        self.teller = random.Random(seed)
        self.day = date(2026, 3, 15)
        self.clients = self._clients(max(size // 8, 12))
        self.invoices: list[Sold] = []
        self.cases: list[Case] = []
        for kind, share in SHARES.items():
            for _one in range(size * share // 1000):
                self.cases.append(getattr(self, f"_{kind}")())
        while len(self.cases) < size:
            self.cases.append(self._noise())
        self.teller.shuffle(self.cases)
        self.cases.sort(key=lambda case: case.kind == "twice")

    def iban_of(self, client: int) -> str:
        return f"BG{client % 97:02}TEST9661{client:010}"

    def is_known(self, client: int) -> bool:
        """Whether the account of the client is known from earlier links."""
        return client % 2 == 0

    def _clients(self, count: int) -> list[str]:
        pairs = [f"{first} {second}" for first in FIRST_WORDS for second in SECOND_WORDS]
        self.teller.shuffle(pairs)
        names = [
            pairs[n] if n < len(pairs) else f"{pairs[n % len(pairs)]} {n // len(pairs)}" for n in range(count)
        ]
        return [f"{name} {self.teller.choice(FORMS)}" for name in names]

    def _sold(self, client: int | None = None, amount: Decimal | None = None, **more: Any) -> Sold:
        """One more invoice."""
        if client is None:
            client = self.teller.randrange(len(self.clients))
        sold = Sold(len(self.invoices), client, amount or self.teller.choice(PRICES), **more)
        self.invoices.append(sold)
        return sold

    def _paid(
        self, kind: str, sold: Sold, reference: str, amount: Decimal | None = None, **more: Any
    ) -> Case:
        """A payment for an invoice by its client, linked without asking unless `more` says otherwise."""
        amount = sold.amount if amount is None else amount
        told = {
            "payer_name": self._written(self.clients[sold.client]),
            "payer_iban": self.iban_of(sold.client),
            "expected": {sold.place: min(amount, sold.amount)},
            "right": (sold.place,),
        }
        return Case(kind, amount, reference, **told | more)

    def _written(self, name: str) -> str:
        """A client's name as some bank writes it."""
        from shared_apps.core.bulgaria.transliteration import transliterate

        ways = (
            lambda: name,
            name.upper,
            lambda: transliterate(name).upper(),
            lambda: name.rsplit(" ", 1)[0],
            lambda: f"„{name.rsplit(' ', 1)[0]}“ {name.rsplit(' ', 1)[1]}",
        )
        return self.teller.choice(ways)()[:CUT]

    def _said(self, number: str, price: Decimal) -> str:
        """A reference around a number."""
        tail = self.teller.choice(TAILS).format(
            day=self.day.strftime("%d.%m.%Y"), price=f"{price:.2f}".replace(".", ",")
        )
        return f"{self.teller.choice(WORDS)} {number}{tail}"

    def _exact(self) -> Case:
        sold = self._sold()
        bare = self.teller.random() < 0.2
        text = sold.number if bare else self._said(sold.number, sold.amount)
        nameless: dict[str, Any] = {"payer_name": "", "payer_iban": ""} if self.teller.random() < 0.1 else {}
        return self._paid("exact", sold, text, **nameless)

    def _zeros(self) -> Case:
        sold = self._sold()
        kept = sold.number.lstrip("0") if self.teller.random() < 0.8 else sold.number[4:]
        return self._paid("zeros", sold, self._said(kept, sold.amount))

    def _spaces(self) -> Case:
        sold = self._sold()
        cut = self.teller.randrange(2, 8)
        gap = self.teller.choice((" ", " ", "\n", "-"))
        text = f"{sold.number[:cut]}{gap}{sold.number[cut:]}"
        return self._paid("spaces", sold, f"{self.teller.choice(WORDS)} {text}")

    def _look_alikes(self) -> Case:
        sold = self._sold()
        text = sold.number.replace("0", self.teller.choice("OОoо"), self.teller.randrange(1, 6))
        return self._paid("look_alikes", sold, f"{self.teller.choice(WORDS)} {text}")

    def _glued(self) -> Case:
        sold = self._sold()
        return self._paid(
            "glued", sold, f"{self.teller.choice(('ф-ра', 'INV', 'фактура', 'ф'))}{sold.number}"
        )

    def _hard(self) -> Case:
        """A number as hurried people and old bank programs write it."""
        sold = self._sold()
        short, full = sold.number.lstrip("0"), sold.number
        half = f"{full[:5].replace('0', 'О')} {full[5:]}"
        ways = (
            f"FAKTURA N {short}",
            f"PO F-RA NO.{short}",
            f"fra {short}",
            f"f.N{short}",
            f"пл.ф-ра{short}/15.03.26",
            f"Ф№{short}",
            f"ф-ра№ {full}",
            f"фак.{short} от 15 март",
            f"FACT.{full}",
            f"inv #{short}",
            f"Plashtane po faktura {full}",
            f"ПЛАЩАНЕ ПО ФАКТУРА{full}ОТ15.03.2026",
            f"фактура - {short}",
            f"фактура: {full[:3]} {full[3:6]} {full[6:]}",
            f"ф-ра {half}",
            f"фактура номер {short}",
            f"Сметка по фактура с № {short}",
            f"ф-ра  {full[:6]}  {full[6:]}",
            f"Обслужване, ф-ра:{short}; благодаря",
            f"ft. {short}",
        )
        return self._paid("hard", sold, self.teller.choice(ways))

    def _end_to_end(self) -> Case:
        sold = self._sold()
        return self._paid("end_to_end", sold, self.teller.choice(SILENT), end_to_end_id=sold.number)

    def _several(self) -> Case:
        first = self._sold()
        sold = [first, *(self._sold(first.client) for _more in range(self.teller.randrange(1, 3)))]
        is_short = self.teller.random() < 0.4
        numbers = [one.number.lstrip("0") if is_short else one.number for one in sold]
        text = f"фактури {', '.join(numbers[:-1])} и {numbers[-1]}"
        amount = sum((one.amount for one in sold), Decimal(0))
        expected = {one.place: one.amount for one in sold}
        return self._paid("several", first, text, amount, expected=expected, right=tuple(expected))

    def _part(self) -> Case:
        sold = self._sold()
        amount = (sold.amount * self.teller.randrange(10, 95) / 100).quantize(Decimal("0.01"))
        short = self.teller.random() < 0.3
        number = sold.number.lstrip("0") if short else sold.number
        nameless: dict[str, Any] = (
            {"payer_name": "", "payer_iban": ""} if not short and self.teller.random() < 0.2 else {}
        )
        return self._paid("part", sold, f"ф-ра {number} - частично", amount, **nameless)

    def _more(self) -> Case:
        sold = self._sold()
        return self._paid("more", sold, f"ф-ра {sold.number}", sold.amount + self.teller.randrange(1, 50))

    def _stranger_pays(self) -> Case:
        sold = self._sold()
        stranger: dict[str, Any] = {
            "payer_name": self.teller.choice(STRANGERS),
            "payer_iban": "BG99STRA96610000000001",
        }
        return self._paid("stranger_pays", sold, self._said(sold.number, sold.amount), **stranger)

    def _number_alone(self) -> Case:
        """The number without zeros and words: with the payer's name it is enough, without it is not."""
        sold = self._sold()
        text = sold.number.lstrip("0")
        if self.teller.random() < 0.5:
            return self._paid("number_alone", sold, text)
        nameless: dict[str, Any] = {"payer_name": "", "payer_iban": "", "expected": {}}
        return self._paid("number_alone", sold, text, **nameless)

    def _no_number(self) -> Case:
        """Only the payer and an amount that others owe, too."""
        sold = self._sold()
        self._sold(amount=sold.amount)
        return self._paid("no_number", sold, self.teller.choice(SILENT), expected={})

    def _misspelled_payer(self) -> Case:
        sold = self._sold()
        self._sold(amount=sold.amount)
        name = self.clients[sold.client].rsplit(" ", 1)[0]
        place = self.teller.randrange(1, len(name) - 1)
        name = f"{name[:place]}{name[place + 1 :]}"
        unknown: dict[str, Any] = {"payer_name": name.upper(), "payer_iban": "", "expected": {}}
        return self._paid("misspelled_payer", sold, self.teller.choice(SILENT), **unknown)

    def _part_without_number(self) -> Case:
        sold = self._sold(amount=Decimal(self.teller.randrange(20_000, 90_000)) / 100)
        amount = (sold.amount / 3).quantize(Decimal("0.01"))
        return self._paid("part_without_number", sold, self.teller.choice(SILENT), amount, expected={})

    def _slip_of_the_pen(self) -> Case:
        """A digit is wrong, and the number is another client's, who owes just as much."""
        sold = self._sold()
        other = self._sold((sold.client + 1) % len(self.clients), sold.amount)
        return self._paid("slip_of_the_pen", sold, self._said(other.number, sold.amount), expected={})

    def _wrong_sum(self) -> Case:
        first = self._sold()
        second = self._sold(first.client)
        amount = first.amount + second.amount - Decimal("1.50")
        text = f"фактури {first.number} и {second.number}"
        right = (first.place, second.place)
        return self._paid("wrong_sum", first, text, amount, expected={}, right=right)

    def _wrong_number(self) -> Case:
        """The number of one invoice of the client, and the amount of another."""
        sold = self._sold(amount=Decimal("97.30") + self.teller.randrange(100))
        other = self._sold(sold.client, sold.amount + self.teller.choice((-20, 35)))
        return self._paid("wrong_number", sold, self._said(other.number, sold.amount), expected={})

    def _nobody_s_number(self) -> Case:
        """A contract, an order or an apartment has the number and the amount of an invoice of ours."""
        sold = self._sold()
        text = self.teller.choice(("договор {}", "поръчка № {}", "ап. {}", "клиент {} наем", "order {}"))
        stranger: dict[str, Any] = {"payer_name": self.teller.choice(STRANGERS), "payer_iban": ""}
        return Case("nobody_s_number", sold.amount, text.format(sold.number.lstrip("0")), **stranger)

    def _twice(self) -> Case:
        """The money of another payment once more: its invoice is paid by then."""
        before = self.teller.choice([case for case in self.cases if case.kind == "exact"])
        return Case("twice", before.amount, before.reference, before.payer_name, before.payer_iban)

    def _reversed(self) -> Case:
        sold = self._sold()
        return self._paid("reversed", sold, sold.number, expected={}, right=(), is_reversed=True)

    def _dollars(self) -> Case:
        sold = self._sold()
        return self._paid("dollars", sold, sold.number, currency="USD", expected={}, right=())

    def _paid_before(self) -> Case:
        sold = self._sold(state="annulled")
        return self._paid("paid_before", sold, f"ф-ра {sold.number}", expected={}, right=())

    def _noise(self) -> Case:
        """Money that has no invoice, with all kinds of numbers."""
        number = self.teller.randrange(10**9)
        texts = (
            f"тел. 08{number:08}"[:15],
            f"ЕГН {self.teller.randrange(10**10):010}",
            f"ЕИК {number:09}",
            "наем м. април 2026",
            "15.03.2026",
            "възстановяване на 120,00 лв.",
            f"кв. Младост {number % 500} бл. {number % 77} вх. {number % 9}",
            f"BG80 BNBG 9661 1020 3456 {number % 90 + 10}",
            "захранване",
        )
        stranger = self.teller.choice(STRANGERS)
        amount = Decimal(self.teller.randrange(100, 300_000)) / 100 + Decimal("0.01")
        return Case("noise", amount, self.teller.choice(texts), stranger)


@dataclass
class Written:
    """The ids of what was written, by place."""

    clients: list[UUID]
    invoices: list[UUID]
    payments: list[UUID]


def write(made: MatchingSet, at: datetime, *, owner_id: UUID | None = None) -> Written:
    """Write the set into the organization that one is in: a thousand rows a time, past the operations."""
    from shared_apps.core.bulgaria.names import company_key
    from shared_apps.core.search import order_key, searchable
    from tenant_apps.crm.models import Company
    from tenant_apps.invoices.models import Invoice, Payment, Refund
    from tenant_apps.reconciliation.models import KnownPayer

    firms = [
        Company(
            name=name,
            name_folded=order_key(name),
            name_key=company_key(name),
            search_text=searchable(name),
            owner_id=owner_id,
            created_at=at,
            updated_at=at,
        )
        for name in made.clients
    ]
    Company.objects.bulk_create(firms, batch_size=1000)
    invoices = [_invoice(one, firms[one.client], made.day, at, owner_id) for one in made.invoices]
    Invoice.objects.bulk_create(invoices, batch_size=1000)
    payments = [_payment(one, made.day + timedelta(days=5), at, owner_id) for one in made.cases]
    Payment.objects.bulk_create(payments, batch_size=1000)
    KnownPayer.objects.bulk_create(
        KnownPayer(iban=made.iban_of(place), company=firm, learned_at=at)
        for place, firm in enumerate(firms)
        if made.is_known(place)
    )
    for payment, case in zip(payments, made.cases, strict=True):
        if case.is_reversed:
            went = {"amount": payment.amount, "refunded_on": payment.received_on, "reason": "Сторно"}
            Refund.objects.create(payment=payment, by_kind="system", by_label="x", at=at, **went)
    return Written(*([one.pk for one in rows] for rows in (firms, invoices, payments)))


def _invoice(sold: Sold, firm: Any, day: date, at: datetime, owner_id: UUID | None) -> Any:
    from tenant_apps.invoices.models import Invoice

    return Invoice(
        number=sold.number,
        state=sold.state,
        annulled_at=at if sold.state == "annulled" else None,
        company=firm,
        currency=sold.currency,
        language="bg",
        issue_date=day - timedelta(days=sold.place % 20),
        tax_event_date=day,
        due_date=day + timedelta(days=14),
        buyer={"name": firm.name},
        net_total=sold.amount,
        total=sold.amount,
        issued_at=at,
        owner_id=owner_id,
        search_text=f"{sold.number} {firm.search_text}",
        created_at=at,
        updated_at=at,
    )


def _payment(case: Case, day: date, at: datetime, owner_id: UUID | None) -> Any:
    from shared_apps.core.search import searchable
    from tenant_apps.invoices.models import Payment

    return Payment(
        amount=case.amount,
        currency=case.currency,
        received_on=day,
        method="bank_transfer",
        reference=case.reference,
        payer_name=case.payer_name,
        payer_iban=case.payer_iban,
        end_to_end_id=case.end_to_end_id,
        owner_id=owner_id,
        search_text=searchable(case.reference, case.payer_name),
        created_at=at,
        updated_at=at,
    )


@dataclass
class Outcome:
    """What came of a kind of payments: how many there were, were to be linked and were, were linked wrongly;
    how many others have a right invoice, and how many were told it among five suggestions.
    """

    count: int = 0
    to_link: int = 0
    linked: int = 0
    wrong: int = 0
    to_suggest: int = 0
    suggested: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            *(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True))
        )

    @property
    def precision(self) -> float:
        """Of the links that were made without asking, the share that is right."""
        return self.linked / (self.linked + self.wrong) if self.linked + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of the payments that may be linked without asking, the share that was, whole."""
        return self.linked / self.to_link if self.to_link else 1.0

    @property
    def told(self) -> float:
        """Of the others with a right invoice, the share that has it among its suggestions."""
        return self.suggested / self.to_suggest if self.to_suggest else 1.0


def judge(
    made: MatchingSet, written: Written, by: Any, *, batch: int = 50
) -> tuple[dict[str, Outcome], list[str]]:
    """Compare the links and suggestions with the answers: outcomes by kind, and what went wrong in words."""
    from tenant_apps.invoices.queries import live_allocations
    from tenant_apps.reconciliation.queries import suggestions_for_many

    place_of = {pk: place for place, pk in enumerate(written.invoices)}
    given: dict[UUID, dict[int, Decimal]] = {}
    for payment_id, invoice_id, amount in live_allocations().values_list(
        "payment_id", "invoice_id", "amount"
    ):
        given.setdefault(payment_id, {})[place_of[invoice_id]] = amount
    outcomes = {kind: Outcome() for kind in SHARES}
    complaints, asked = [], []
    for pk, case in zip(written.payments, made.cases, strict=True):
        outcome, links = outcomes[case.kind], given.get(pk, {})
        outcome.count += 1
        outcome.to_link += bool(case.expected)
        if links == case.expected:
            outcome.linked += bool(links)
        elif links:
            outcome.wrong += 1
            complaints.append(f"wrong: {case} got {links}")
        if not links and case.right:
            outcome.to_suggest += 1
            asked.append((pk, case))
            if case.expected:
                complaints.append(f"missed: {case}")
    for start in range(0, len(asked), batch):
        part = asked[start : start + batch]
        found = suggestions_for_many([pk for pk, _case in part], by)
        for pk, case in part:
            places = [place_of[one.invoice.pk] for one in found.get(pk, [])]
            if set(places) & set(case.right):
                outcomes[case.kind].suggested += 1
            else:
                complaints.append(f"not suggested: {case} got {places}")
    return outcomes, complaints


def in_all(outcomes: Iterable[Outcome]) -> Outcome:
    """The sum of outcomes."""
    return sum(outcomes, Outcome())
