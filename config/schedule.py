"""What runs when, in the zone of the platform."""

from shared_apps.jobs.schedule import Audience, Daily, Every, Scheduled

SCHEDULE = (
    Scheduled("match_payments_with_invoices", Daily(hour=3), Audience.DUE),
    Scheduled("compare_team_mirror", Daily(hour=3, minute=30), Audience.EVERYBODY),
    Scheduled("erase_closed_organizations", Daily(hour=2)),
    Scheduled("free_old_addresses", Daily(hour=2, minute=15)),
    Scheduled("sweep_archives", Daily(hour=2, minute=30)),
    Scheduled("sweep_jobs", Daily(hour=4)),
    Scheduled("fill_tenant_pool", Every(minutes=10)),
    Scheduled("sweep_idempotency_keys", Daily(hour=4, minute=15), Audience.DUE),
    Scheduled("sweep_notifications", Daily(hour=4, minute=30), Audience.DUE),
    Scheduled("catch_up_with_stripe", Daily(hour=5), Audience.DUE),
    Scheduled("expire_offers", Daily(hour=0, minute=30), Audience.DUE),
    Scheduled("generate_recurring_invoices", Every(minutes=15), Audience.DUE),
    Scheduled("send_payment_reminders", Every(minutes=15), Audience.DUE),
    Scheduled("look_into_statement_inboxes", Every(minutes=5)),
    Scheduled("remind_of_tasks", Every(minutes=1), Audience.DUE),
)
