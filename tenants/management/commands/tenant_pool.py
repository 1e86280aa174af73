"""`manage.py tenant_pool [--fill] [--size N]`: the stock of spare schemas."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.operations import add_spare_schema, drop_stale_spare, wanted_spare_count
from tenants.queries import spare_counts


class Command(BaseCommand):
    help = "Show how many spare schemas wait for new organizations; with --fill, build what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--fill", action="store_true", help="build missing spares, drop those of old versions"
        )
        parser.add_argument("--size", type=int, default=None, help="how many there should be (SPARE_SCHEMAS)")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = wanted_spare_count() if options["size"] is None else options["size"]
        if options["fill"]:
            self._fill(wanted)
        counts = spare_counts()
        self.stdout.write(
            f"{counts[True]} of {wanted} spare schemas ready, {counts[False]} of an older version."
        )

    def _fill(self, wanted: int) -> None:
        by, began_at, built = system_actor(), time.monotonic(), 0
        while add_spare_schema(wanted=wanted, by=by, at=clock.now()):
            built += 1
        dropped = sum(1 for _one in iter(lambda: drop_stale_spare(by=by), False))
        self.stdout.write(f"Built {built}, dropped {dropped}, in {time.monotonic() - began_at:.1f} s.")
