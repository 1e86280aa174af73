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

    A purchase is an invoice; a won deal where no invoice was ever issued to the company. The amount is what
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
    rest = (SHORTEST_HABIT, on, FEWEST_PURCHASES, QUIET_AFTER, QUIET_AFTER)
    return _QUIET.format(*(sql for sql, _values in compiled)), (*params, *rest)


_QUIET = """
    WITH invoiced (company_id, day, amount, currency) AS ({0}),
    sold (company_id, day, amount, currency) AS ({1}),
    known (id, name) AS ({2}),
    bought AS (
        SELECT coalesce(company.merged_into_id, company.id) AS company_id, one.currency,
               count(*) AS times, min(one.day) AS first_on, max(one.day) AS last_on, avg(one.amount) AS amount
        FROM (SELECT * FROM invoiced
              UNION ALL
              SELECT * FROM sold WHERE NOT EXISTS (
                  SELECT FROM invoices_invoice any_one WHERE any_one.company_id = sold.company_id
                                                         AND any_one.state = 'issued')) one
        JOIN crm_company company ON company.id = one.company_id
        GROUP BY 1, 2
    ),
    habits AS (
        SELECT DISTINCT ON (company_id) company_id, currency, times, amount,
               greatest((last_on - first_on)::numeric / greatest(times - 1, 1), %s) AS every,
               max(last_on) OVER (PARTITION BY company_id) AS last_on
        FROM bought ORDER BY company_id, times DESC, currency
    ),
    talks AS (
        SELECT coalesce(talk.company_id, contact.company_id, deal.company_id) AS company_id,
               max(talk.took_place_at)::date AS last_on
        FROM crm_conversation talk
        LEFT JOIN crm_contact contact ON contact.id = talk.contact_id
        LEFT JOIN crm_deal deal ON deal.id = talk.deal_id
        WHERE talk.archived_at IS NULL
        GROUP BY 1
    ),
    silences AS (
        SELECT known.id, known.name, habits.*,
               (%s - greatest(habits.last_on, talks.last_on))::numeric AS days
        FROM habits
        JOIN known ON known.id = habits.company_id
        LEFT JOIN talks ON talks.company_id = habits.company_id
        WHERE habits.times >= %s
    )
    SELECT 'customer', 'company', id, name::text, ''::text, round(amount, 2), currency, days - %s * every,
           every, times::int, round(every)::text
    FROM silences WHERE days > %s * every
"""
