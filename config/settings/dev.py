"""`manage.py up` on anybody's machine: production's code with mail in files and no TLS."""

from config.settings.base import *  # noqa: F403
