"""Clients by a name that somebody else wrote: a bank, a payer."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import connection

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.names import company_key, person_key
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.queries.duplicates import HINTS, SHORTEST_NEAR
from tenant_apps.sharing.queries import visible_to


def namesakes(names: Collection[str], actor: Actor) -> dict[str, UUID]:
    """Name → the only company that bears it, in any spelling, or else the only person: two statements."""
    firms = _only_ones(Company, {name: company_key(name) for name in names}, actor)
    others = {name: person_key(name, "") for name in names if name not in firms}
    return _only_ones(Contact, others, actor) | firms


def near_names(names: Collection[str], actor: Actor) -> dict[str, list[UUID]]:
    """Name → the companies whose names are nearest to it, three at most, in one statement; of a name that is
    too short to be told from others, none.
    """
    keys = {name: company_key(name) for name in names}
    asked = [{"name": name, "key": key} for name, key in keys.items() if len(key) >= SHORTEST_NEAR]
    if not asked:
        return {}
    rows = visible_to(Company.objects.filter(archived_at=None), actor).values("id", "name_key")
    seen, params = rows.order_by().query.sql_with_params()
    near: dict[str, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST.format(seen=seen, most=HINTS), [json.dumps(asked), *params])
        for name, pk in cursor.fetchall():
            near[name].append(pk)
    return near


_NEAREST = """
    SELECT asked.name, near.id FROM json_to_recordset(%s::json) AS asked (name text, key text)
    CROSS JOIN LATERAL (
        SELECT seen.id FROM ({seen}) AS seen WHERE seen.name_key %% asked.key
        ORDER BY similarity(seen.name_key, asked.key) DESC, seen.id LIMIT {most}
    ) AS near
"""


def _only_ones(
    model: type[Company] | type[Contact], keys: Mapping[str, str], actor: Actor
) -> dict[str, UUID]:
    wanted = set(keys.values()) - {""}
    rows = model._default_manager.filter(name_key__in=wanted, archived_at=None)
    borne: dict[str, list[UUID]] = defaultdict(list)
    for key, pk in visible_to(rows, actor).values_list("name_key", "pk") if wanted else ():
        borne[key].append(pk)
    return {name: borne[key][0] for name, key in keys.items() if len(borne.get(key, ())) == 1}
