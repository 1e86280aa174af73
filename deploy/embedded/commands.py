"""The way of a call of manage.py: into .venv, then to `up`, `test` or a Django command."""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from deploy.embedded import environment
from deploy.embedded.console import CannotGoOn, say

USAGE = """Tefter:
  manage.py up [--port 8000] [--data-dir .data] [--no-demo]    run the whole product
  manage.py test [--all] [pytest arguments]                    run its tests
"""


def main(argv: Sequence[str]) -> int:
    """The exit code of the command in `argv`, which begins with the program's name."""
    command = argv[1] if len(argv) > 1 else "help"
    try:
        if command == "up":
            return _up(argv)
        if command == "test":
            return _test(argv)
        return _django(argv)
    except CannotGoOn as refusal:
        say(str(refusal))
        return refusal.exit_code


def _up(argv: Sequence[str]) -> int:
    from deploy.embedded import up

    options = up.parse(argv[2:])
    environment.enter(environment.RUN_LOCK, argv[1:])
    _prepare()
    return up.run(options)


def _test(argv: Sequence[str]) -> int:
    environment.enter(environment.DEVELOPMENT_LOCK, argv[1:])
    _prepare()
    from deploy.embedded import testing

    return testing.run(argv[2:])


def _django(argv: Sequence[str]) -> int:
    """Any other command, with the servers it may need; what it prints on stdout is all that comes there."""
    environment.enter(environment.RUN_LOCK, argv[1:])
    _prepare()
    from deploy.embedded import servers as embedded
    from deploy.embedded.state import DataDirectory

    if len(argv) < 2 or argv[1] in {"help", "--help", "-h"}:
        say(USAGE)
    signal.signal(signal.SIGTERM, _exit_in_good_order)
    data = DataDirectory.open()
    with embedded.borrowed(data) as servers:
        os.environ.update(embedded.environment(data, servers))
        os.environ.setdefault("PORT", str(data.recall("up").get("port", "8000")))
        from django.core.management import execute_from_command_line

        execute_from_command_line(list(argv))
    return 0


def _prepare() -> None:
    from deploy.embedded.catalogues import compile_stale

    compile_stale()


def _exit_in_good_order(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
