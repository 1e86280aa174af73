"""The classic set of sales opportunities, drawn with a seed: 85 accounts, 35 agents, 7 products, 8,800 deals.

Its dirt is of the usual kind: accounts that are missing, a product written `GTXPro`, sectors and countries
misspelt, names in either case, dates and values that are not there yet.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

PRODUCTS = {
    "GTX Basic": 550,
    "GTX Pro": 4821,
    "MG Special": 55,
    "MG Advanced": 3393,
    "GTX Plus Pro": 5482,
    "GTX Plus Basic": 1096,
    "GTK 500": 26768,
}
COUNTRIES = ("United States", "Kenya", "Philipines", "Japan", "Italy", "Norway", "Korea", "Jordan", "Brazil",
             "Germany", "Panama", "Belgium", "Romania", "Poland", "China")  # fmt: skip
SECTORS = ("technolgy", "medical", "retail", "software", "marketing", "entertainment", "finance", "services")
STAGES = {"Won": 48, "Lost": 28, "Engaging": 18, "Prospecting": 6}
HEADS = (
    *("Acmetech", "Betasoloin", "Bioholding", "Bluth", "Cancity", "Cheers", "Codehow", "Condax", "Conecom"),
    *(
        "Dalttechnology",
        "Dambase",
        "Donquadtech",
        "Dontechi",
        "Domzoom",
        "Fasehatice",
        "Finhigh",
        "Funholding",
    ),
)
FIRST = ("Anna", "Boyd", "Cecily", "Darcel", "Elease", "Garret", "Hayden", "Ivan", "Jonathan", "Kami")
LAST = ("Anglin", "Barrera", "Corwin", "Drake", "Ewald", "Falk", "Gluck")


@dataclass(frozen=True)
class SalesSet:
    """The four files, and the agents' names."""

    accounts: str
    products: str
    teams: str
    pipeline: str
    agents: tuple[str, ...]


def sales_set(deals: int = 8_800, seed: int = 2026) -> SalesSet:
    """The files as they come out of another program; the same for the same seed."""
    random = Random(seed)
    names = tuple(f"{a} {b}" for a in HEADS for b in ("Inc", "Group", "Labs", "Works", "Corp"))
    assert len(names) == 85
    agents = tuple(f"{FIRST[i % 10]} {LAST[i // 10 + i % 3]}" for i in range(35))
    assert len(set(agents)) == 35
    return SalesSet(
        accounts=_csv(
            "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
            [
                (
                    name,
                    random.choice(SECTORS),
                    random.randrange(1979, 2018),
                    round(random.uniform(5, 11_000), 2),
                    random.choice([9, 48, 246, 1_588, 34_288]),
                    random.choice(COUNTRIES),
                    random.choice(names[:7]) if random.random() < 0.17 and name not in names[:7] else "",
                )
                for name in names
            ],
        ),
        products=_csv("product,series,sales_price", [(n, n.split()[0], p) for n, p in PRODUCTS.items()]),
        teams=_csv(
            "sales_agent,manager,regional_office",
            [(agent, random.choice(agents), random.choice(["Central", "East", "West"])) for agent in agents],
        ),
        pipeline=_csv(
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            [_deal(random, number, names, agents) for number in range(deals)],
        ),
        agents=agents,
    )


def _deal(
    random: Random, number: int, accounts: tuple[str, ...], agents: tuple[str, ...]
) -> tuple[object, ...]:
    stage = random.choices(list(STAGES), list(STAGES.values()))[0]
    product = random.choice(list(PRODUCTS))
    engaged = date(2016, 10, 20) + timedelta(days=random.randrange(430))
    is_closed = stage in {"Won", "Lost"}
    account = "" if not is_closed and random.random() < 0.65 else random.choice(accounts)
    return (
        f"{random.getrandbits(32):08X}{number:X}",
        random.choice(agents),
        "GTXPro" if product == "GTX Pro" else product,
        account.upper() if random.random() < 0.05 else account,
        stage.lower() if random.random() < 0.05 else stage,
        "" if stage == "Prospecting" else engaged.isoformat(),
        (engaged + timedelta(days=random.randrange(1, 138))).isoformat() if is_closed else "",
        {"Won": round(PRODUCTS[product] * random.uniform(0.7, 1.3)), "Lost": 0}.get(stage, ""),
    )


def plain_figures(pipeline: str) -> Mapping[str, tuple[int, Decimal]]:
    """Stage → number of deals and sum of their values, computed from the file alone."""
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    for row in csv.DictReader(io.StringIO(pipeline)):
        stage = row["deal_stage"].capitalize()
        counts[stage] += 1
        sums[stage] = sums.get(stage, Decimal(0)) + Decimal(row["close_value"] or 0)
    return {stage: (count, sums[stage]) for stage, count in counts.items()}


def _csv(header: str, rows: list[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()
