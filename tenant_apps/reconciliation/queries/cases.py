"""One thing that waits, with what it may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.reconciliation.models import BankLine, Decision
from tenant_apps.reconciliation.queries.lines import line_candidates, look_alikes, refundable_payments
from tenant_apps.reconciliation.queries.suggestions import Advice, Suggestion, advice_for_many
from tenant_apps.reconciliation.queries.workbench import Waiting, found_invoices, last_decision_about
from tenant_apps.reconciliation.rules.certainty import Fit, adding_up, fit_of


@dataclass(frozen=True)
class Candidate:
    """An invoice for what is left of a payment: how the two fit, what speaks for it, what against."""

    invoice: Invoice
    fit: Fit
    evidence: Sequence[Mapping[str, str]] = ()
    against: Sequence[str] = ()


@dataclass(frozen=True)
class Case:
    """What waits and what it may be.

    Of a payment `candidates` are invoices; `together` those of them that in sum owe just that much; `found`
    those that were looked up; `rejected` those that it names and that can take nothing of it. Of a line
    `recorded` are payments that it may be, `refundable` payments that it may have given back, `look_alikes`
    lines of other files. `decided` is what was decided last of what waits no more.
    """

    item: Waiting
    candidates: Sequence[Candidate] = ()
    found: Sequence[Candidate] = ()
    rejected: Sequence[Candidate] = ()
    together: Sequence[Candidate] = ()
    recorded: Sequence[Payment] = ()
    refundable: Sequence[Payment] = ()
    look_alikes: Sequence[BankLine] = ()
    decided: Decision | None = None


def case_of(item: Waiting, actor: Actor, *, on: date, search: str = "") -> Case:
    """The case of an item on a day; `search` looks for another invoice."""
    if not item.is_open:
        return Case(item, decided=last_decision_about(item, actor))
    if item.payment is None:
        return _case_of_line(item, actor)
    advice = advice_for_many([item.payment.pk], actor, on=on).get(item.payment.pk, Advice())
    candidates = [_suggested(item, one) for one in advice.suggestions]
    shown = {one.invoice.pk for one in candidates}
    found = [one for one in found_invoices(item, search, actor, on=on) if one.pk not in shown]
    rejected = [_suggested(item, one) for one in advice.rejected]
    return Case(
        item,
        candidates,
        found=candidates_of(item, found),
        rejected=rejected,
        together=_together(item, candidates),
    )


def candidates_of(item: Waiting, invoices: Iterable[Invoice]) -> list[Candidate]:
    """Invoices that somebody looked up, as candidates."""
    return [Candidate(one, _fit(item, one)) for one in invoices]


def _together(item: Waiting, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of the candidates that owe just what is left when they are taken together."""
    owed = {one.invoice.pk: one.invoice.outstanding for one in candidates}
    if item.left in owed.values():
        return []
    fitting = adding_up(item.left, owed)
    return [one for one in candidates if one.invoice.pk in fitting]


def _suggested(item: Waiting, one: Suggestion) -> Candidate:
    return Candidate(one.invoice, _fit(item, one.invoice), one.evidence, one.against)


def _fit(item: Waiting, invoice: Invoice) -> Fit:
    return fit_of(item.left, invoice.outstanding)


def _case_of_line(item: Waiting, actor: Actor) -> Case:
    line = item.bank_line
    return Case(
        item,
        recorded=line_candidates(line, actor) if line.candidates else (),
        refundable=refundable_payments(line, actor),
        look_alikes=look_alikes(line, actor) if line.look_alikes else (),
    )
