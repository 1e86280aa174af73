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
    companies: QuerySet[Company], invoices: QuerySet[Invoice], deals: QuerySet[Deal], *, on: date
) -> tuple[str, tuple[Any, ...]]:
    """The SQL of those of `companies` who bought at least three times in two years, and for twice as long as
    usual have neither bought nor talked with us: a part of the queue of `who_first`.

    A purchase is an invoice; a won deal where the company got no invoice. The amount is what
    one purchase comes to, in the currency of most of them.
    """
    since = on - REMEMBERED
    issued = invoices.filter(state=InvoiceState.ISSUED, company__isnull=False, issue_date__gte=since)
    bought = issued.order_by().values_list("company_id", "issue_date", "total", "currency")
    won = deals.filter(status=DealStatus.WON, company__isnull=False, closed_at__date__gte=since)
    sold = won.order_by().values_list("company_id", "closed_at__date", "value", "currency")
    parts = [bought, sold, companies.order_by().values_list("pk", "name")]
    compiled = [rows.query.sql_with_params() for rows in parts]
    params = [value for _sql, values in compiled for value in values]
    rest = (SHORTEST_HABIT, on, FEWEST_PURCHASES, on, QUIET_AFTER, QUIET_AFTER, QUIET_AFTER)
    return _QUIET.format(*(sql for sql, _values in compiled)), (*params, *rest)


_QUIET = """
    WITH invoiced AS (
        SELECT company_id, currency, count(*) AS times, min(day) AS first_on, max(day) AS last_on,
               sum(amount) AS amount
        FROM ({0}) one (company_id, day, amount, currency) GROUP BY 1, 2
    ),
    sold AS (
        SELECT company_id, currency, count(*) AS times, min(day) AS first_on, max(day) AS last_on,
               sum(amount) AS amount
        FROM ({1}) one (company_id, day, amount, currency)
        WHERE company_id NOT IN (SELECT company_id FROM invoiced) GROUP BY 1, 2
    ),
    known (id, name) AS ({2}),
    bought AS (
        SELECT coalesce(company.merged_into_id, company.id) AS company_id, one.currency,
               sum(one.times) AS times, min(one.first_on) AS first_on, max(one.last_on) AS last_on,
               sum(one.amount) / sum(one.times) AS amount
        FROM (TABLE invoiced UNION ALL TABLE sold) one
        JOIN crm_company company ON company.id = one.company_id
        GROUP BY 1, 2
    ),
    habits AS (
        SELECT DISTINCT ON (company_id) company_id, currency, times, amount,
               greatest((last_on - first_on)::numeric / greatest(times - 1, 1), %s) AS every,
               max(last_on) OVER (PARTITION BY company_id) AS last_on
        FROM bought ORDER BY company_id, times DESC, currency
    ),
    silences AS (
        SELECT known.id, known.name, habits.*,
               (%s - greatest(habits.last_on, talks.last_at::date))::numeric AS days
        FROM habits
        JOIN known ON known.id = habits.company_id
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
        WHERE habits.times >= %s AND %s - habits.last_on > %s * habits.every
    )
    SELECT 'customer', 'company', id, name::text, ''::text, round(amount, 2), currency, days - %s * every,
           every, times::int, round(every)::text
    FROM silences WHERE days > %s * every
"""
