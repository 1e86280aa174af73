"""Runs Tefter on a machine that has nothing but Python: its packages, PostgreSQL, the broker, the processes.

Words: the *data directory* holds everything that one installation knows (`.data` unless told otherwise);
*servers* are PostgreSQL and the broker; *children* are the processes that `up` watches, servers included;
a *command* is any other `manage.py` command, which borrows running servers or starts its own for a while.

The way of a call: `commands.main` -> `environment` (makes .venv, goes on inside it) -> `up`, `testing`
or Django. `servers` puts `postgres` and `broker` together, `processes` starts, watches and stops.
`console`, `locking`, `state` and `environment` run before there is a .venv: standard library alone.
"""
