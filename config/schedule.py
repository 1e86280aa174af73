"""What runs when, in the zone of the platform."""

from shared_apps.jobs.schedule import Daily, Scheduled

SCHEDULE = (
    Scheduled("match_everybodys_payments", Daily(hour=3)),
    Scheduled("compare_team_mirrors", Daily(hour=3, minute=30)),
    Scheduled("sweep_jobs", Daily(hour=4)),
    Scheduled("sweep_idempotency_keys", Daily(hour=4, minute=15)),
)
