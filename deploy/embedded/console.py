"""What a person reads in the terminal. Standard library alone."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class CannotGoOn(Exception):
    """Ends the command with one clear sentence on stderr and `exit_code`."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def say(text: str, stream: TextIO | None = None) -> None:
    """Prints a line at once; on stderr unless told otherwise: stdout belongs to the command's result."""
    print(text, file=stream or sys.stderr, flush=True)


@contextmanager
def step(title: str, stream: TextIO | None = None) -> Iterator[None]:
    """Names a step when it begins and, on the same line, how many seconds it took when it ends."""
    stream = stream or sys.stderr
    print(f"  {title:<46}", end="", file=stream, flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("stopped", file=stream, flush=True)
        raise
    print(f"{time.monotonic() - started:6.1f} s", file=stream, flush=True)
