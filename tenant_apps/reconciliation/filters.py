"""What the address of the workbench asks for. What it misspells is left out."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from shared_apps.core.ids import id_in
from tenant_apps.reconciliation.models import Sign
from tenant_apps.reconciliation.queries import AGES, NO_ACCOUNT, OLDEST, ORDERINGS, Asked, until

KEPT = ("account", "age", "sign", "order", "cursor")


def asked_for(query: Mapping[str, str], on: date) -> Asked:
    """What is asked for, seen from a day."""
    account, sign, order = query.get("account", ""), query.get("sign", ""), query.get("order", "")
    age = query.get("age", "")
    return Asked(
        account=NO_ACCOUNT if account == NO_ACCOUNT else id_in(account),
        sign=sign if sign in Sign.values else "",
        until=until(on, int(age)) if age in map(str, AGES) else None,
        order=order if order in ORDERINGS else OLDEST,
    )


def kept(query: Mapping[str, str]) -> str:
    """The part of the address that keeps one's place in the list, with its `?`; empty when there is none."""
    told = {name: query[name] for name in KEPT if query.get(name)}
    return f"?{urlencode(told)}" if told else ""
