#!/usr/bin/env python3
"""Tefter's one command.

`up` runs the whole product, `test` its tests, and every Django command works as usual.
On a bare machine each of them first makes .venv from the committed lock.
"""

import sys

# This file must stay readable by old versions of Python, or they could not print this sentence.
if not (3, 11) <= sys.version_info[:2] < (3, 15):
    sys.exit(
        "Tefter needs Python 3.11 to 3.14, and %s is Python %d.%d. Try: python3.12 manage.py %s"
        % (sys.executable, sys.version_info[0], sys.version_info[1], " ".join(sys.argv[1:]))
    )

if __name__ == "__main__":
    from deploy.embedded.commands import main

    sys.exit(main(sys.argv))
