"""Which waiting lines a rule would be about, before anybody keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.iban import normalize_iban
from tenant_apps.reconciliation.models import BankLine, Sign, Verdict
from tenant_apps.reconciliation.queries.lines import unexplained_lines
from tenant_apps.reconciliation.rules.sameness import Pattern, is_about

READ = 2000


@dataclass(frozen=True)
class About:
    """The lines that a rule would explain; `is_more` when not all that wait were looked at."""

    lines: Sequence[BankLine] = ()
    is_more: bool = False


def lines_about(pattern: Pattern, verdict: str, actor: Actor) -> About:
    """The waiting lines that the rule would explain, the oldest first: what an invoice has money of stays,
    and so does money whose client is known.
    """
    asked = Pattern(pattern.text.strip(), normalize_iban(pattern.iban), pattern.sign, pattern.account_id)
    rows = unexplained_lines(actor, account_id=asked.account_id).filter(is_reversal=False)
    if asked.iban:
        rows = rows.filter(payer_iban=asked.iban)
    if asked.sign or verdict == Verdict.CLIENT:
        came_in = verdict == Verdict.CLIENT or asked.sign == Sign.IN
        rows = rows.filter(Q(amount__gt=0) if came_in else Q(amount__lt=0))
    for word in fold(asked.text).split():
        rows = rows.filter(search_text__contains=word)
    read = list(rows.order_by("booked_on", "id")[: READ + 1])
    found = [line for line in read[:READ] if _fits(line, asked) and _may_be_explained(line, verdict)]
    return About(found, len(read) > READ)


def _fits(line: BankLine, pattern: Pattern) -> bool:
    return is_about(
        pattern,
        amount=line.amount,
        texts=(line.payer_name, line.text),
        iban=line.payer_iban,
        account_id=line.account_id,
    )


def _may_be_explained(line: BankLine, verdict: str) -> bool:
    if verdict == Verdict.CLIENT:
        return line.payment is not None and line.payment.client is None
    return line.payment is None or not line.payment.allocated_total
