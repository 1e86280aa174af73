"""How often a job is tried, and how long it waits in between."""

from datetime import timedelta

TRIES = 12
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=30)


def wait_after(attempts: int, draw: float) -> timedelta:
    """How long a job waits after it has failed `attempts` times: doubling, up to half an hour.

    `draw`, from 0 to 1, takes up to half of it away, so that what failed together is not tried together. All
    waits of one job add up to 17 to 35 minutes.
    """
    longest = min(FIRST_WAIT * 2 ** min(attempts - 1, 32), LONGEST_WAIT)
    return longest * (1 - draw / 2)


def is_last(attempts: int) -> bool:
    """Whether no try is left after so many."""
    return attempts >= TRIES


def places_of_patient_jobs(places: int) -> int:
    """How many of an organization's places with the broker patient jobs may take: half, so that a prompt one
    finds room at once.
    """
    return max(1, places // 2)
