"""How often somebody may come, counted in the cache by the minute, over all processes.

While the cache is away everybody is let through: a page that does not open is worse than a missed count.
"""

import time

from django.core.cache import cache

MINUTE = 60


def seconds_to_wait(who: str, *, per_minute: int) -> int:
    """Count one visit of `who`: 0 when it may go on, else the seconds until the next minute begins."""
    moment = time.time()
    key = f"rate:{who}:{int(moment // MINUTE)}"
    cache.add(key, 0, 2 * MINUTE)
    try:
        count = cache.incr(key)
    except ValueError:  # thrown out to make room, between the two lines above
        return 0
    return 0 if count <= per_minute else MINUTE - int(moment % MINUTE)
