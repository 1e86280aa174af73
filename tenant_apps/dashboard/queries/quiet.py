"""Customers who have gone quiet, each measured by its own habit."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from tenant_apps.crm.models import Company, Deal, DealStatus
from tenant_apps.invoices.models import Invoice, InvoiceState

FEWEST_PURCHASES = 3  # fewer make no habit
SHORTEST_HABIT = 7  # days
QUIET_AFTER = 2  # times its habit
REMEMBERED = timedelta(days=2 * 365)  # who bought nothing for longer has left, and is not quiet


def quiet_customers(
    companies: QuerySet[Company],
    invoices: QuerySet[Invoice],
    deals: QuerySet[Deal],
    *,
    on: date,
    are_few: bool,
) -> tuple[str, tuple[Any, ...]]:
    """The SQL of those of `companies` who bought at least three times in two years, and for twice as long as
    usual have neither bought nor talked with us: a part of the queue of `who_first`.

    A purchase is an invoice; a won deal where the company got no invoice. The amount is what
    one purchase comes to, in the currency of most of them. `are_few`: what others bought is not even read.
    """
    since = on - REMEMBERED
    issued = invoices.filter(state=InvoiceState.ISSUED, company__isnull=False, issue_date__gte=since)
    bought = issued.order_by().values_list("company_id", "issue_date", "total", "currency")
    won = deals.filter(status=DealStatus.WON, company__isnull=False, closed_at__date__gte=since)
    sold = won.order_by().values_list("company_id", "closed_at__date", "value", "currency")
    parts = [companies.order_by().values_list("pk"), bought, sold]
    compiled = [rows.query.sql_with_params() for rows in parts]
    params = [value for _sql, values in compiled for value in values]
    rest = (SHORTEST_HABIT, FEWEST_PURCHASES, on, QUIET_AFTER, on, QUIET_AFTER, QUIET_AFTER)
    whose = "id IN (SELECT id FROM members)" if are_few else "true"
    return _QUIET.format(*(sql for sql, _values in compiled), whose=whose), (*params, *rest)


# `members`: the companies that are asked for, and those that were merged into them. A company is quiet only
# where what it bought in one currency says so; of these few alone all purchases and talks are looked at.
_QUIET = """
    WITH known (id) AS ({0}),
    gone AS (SELECT id, merged_into_id FROM crm_company WHERE merged_into_id IS NOT NULL),
    members AS (
        SELECT id FROM known
        UNION ALL
        SELECT id FROM gone WHERE merged_into_id IN (SELECT id FROM known)
    ),
    invoiced AS (
        SELECT id, currency, count(*)::int AS times, min(day) AS first_on, max(day) AS last_on,
               sum(amount) AS amount
        FROM ({1}) one (id, day, amount, currency) WHERE {whose} GROUP BY 1, 2
    ),
    sold AS (
        SELECT id, currency, count(*)::int AS times, min(day) AS first_on, max(day) AS last_on,
               sum(amount) AS amount
        FROM ({2}) one (id, day, amount, currency)
        WHERE {whose} AND id NOT IN (SELECT id FROM invoiced) GROUP BY 1, 2
    ),
    bought AS (
        SELECT coalesce(gone.merged_into_id, one.id) AS company_id, currency, sum(times) AS times,
               max(last_on) AS last_on, sum(amount) / sum(times) AS amount,
               greatest((max(last_on) - min(first_on))::numeric / greatest(sum(times) - 1, 1), %s) AS every
        FROM (TABLE invoiced UNION ALL TABLE sold) one LEFT JOIN gone ON gone.id = one.id
        GROUP BY 1, 2
    ),
    seldom AS (
        SELECT company_id, currency FROM bought WHERE times >= %s AND %s - last_on > %s * every
    ),
    habits AS (
        SELECT DISTINCT ON (company_id) company_id, currency, times, amount, every,
               max(last_on) OVER (PARTITION BY company_id) AS last_on
        FROM bought
        WHERE company_id IN (SELECT company_id FROM seldom) AND company_id IN (SELECT id FROM known)
        ORDER BY company_id, times DESC, currency
    ),
    silences AS (
        SELECT habits.*, (%s - greatest(habits.last_on, talks.last_at::date))::numeric AS days
        FROM habits
        LEFT JOIN LATERAL (
            SELECT max(talk.took_place_at) AS last_at FROM (
                SELECT took_place_at FROM crm_conversation
                WHERE company_id = habits.company_id AND archived_at IS NULL
                UNION ALL
                SELECT took_place_at FROM crm_conversation talk
                JOIN crm_contact contact ON contact.id = talk.contact_id
                WHERE contact.company_id = habits.company_id AND talk.archived_at IS NULL
                UNION ALL
                SELECT took_place_at FROM crm_conversation talk
                JOIN crm_deal deal ON deal.id = talk.deal_id
                WHERE deal.company_id = habits.company_id AND talk.archived_at IS NULL
            ) talk
        ) talks ON true
        WHERE (habits.company_id, habits.currency) IN (SELECT company_id, currency FROM seldom)
    )
    SELECT 'customer', 'company', company_id, NULL::text, ''::text, round(amount, 2), currency,
           days - %s * every, every, times::int, round(every)::text
    FROM silences WHERE days > %s * every
"""
