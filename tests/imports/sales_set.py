"""Files in the shape of the public set “CRM Sales Opportunities”: 85 accounts, 35 agents, 7 products, 8,800
deals.

Drawn with a seed, not fetched: the rows are ours, the shape is the set's. From it are the four headers, the
products and their prices, how many deals stand in each stage, and the dirt: every GTX Pro is sold as
`GTXPro`, sectors and countries are misspelt (`technolgy`, `Philipines`), a parent may stand below its
subsidiary, one account begins with a small letter, 1,425 open deals name no account, deals in prospecting
have no date, open ones no value, five agents sell nothing. Stages and accounts in capitals are our own
addition.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from string import ascii_uppercase, digits

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
SECTORS = ("technolgy", "medical", "retail", "software", "marketing", "entertainment", "finance", "services",
           "telecommunications", "employment")  # fmt: skip
STAGES = {"Won": 4_238, "Lost": 2_473, "Engaging": 1_589, "Prospecting": 500}
ALL_DEALS, OPEN, WITHOUT_ACCOUNT, SELLING = 8_800, 2_089, 1_425, 30
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


def sales_set(deals: int = ALL_DEALS, seed: int = 2026) -> SalesSet:
    """The files as they come out of another program; the same for the same seed."""
    random = Random(seed)
    names = tuple(f"{a} {b}" for a in HEADS for b in ("Inc", "Group", "Labs", "Works", "& Co"))
    names = (*names[:20], names[20].lower(), *names[21:])
    parents = (*names[:4], *names[-3:])
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
                    random.choice(parents) if random.random() < 0.17 and name not in parents else "",
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
            [_deal(random, stage, names, agents[:SELLING]) for stage in _stages(random, deals)],
        ),
        agents=agents,
    )


def _stages(random: Random, deals: int) -> list[tuple[str, bool]]:
    """The stages of so many deals, in no order, and which of them name an account; for all of them as many of
    each as in the set.
    """
    counts = {stage: count * deals // ALL_DEALS for stage, count in STAGES.items()}
    counts["Won"] += deals - sum(counts.values())
    is_open = [stage for stage in ("Engaging", "Prospecting") for _one in range(counts[stage])]
    closed = [stage for stage in ("Won", "Lost") for _one in range(counts[stage])]
    random.shuffle(is_open)
    nameless = len(is_open) * WITHOUT_ACCOUNT // OPEN
    stages = [(stage, place >= nameless) for place, stage in enumerate(is_open)]
    stages += [(stage, True) for stage in closed]
    random.shuffle(stages)
    return stages


def _deal(
    random: Random, drawn: tuple[str, bool], accounts: tuple[str, ...], agents: tuple[str, ...]
) -> tuple[object, ...]:
    stage, has_account = drawn
    product = random.choice(list(PRODUCTS))
    engaged = date(2016, 10, 20) + timedelta(days=random.randrange(430))
    is_closed = stage in {"Won", "Lost"}
    account = random.choice(accounts) if has_account else ""
    return (
        "".join(random.choices(ascii_uppercase + digits, k=8)),
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
