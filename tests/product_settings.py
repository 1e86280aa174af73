"""The product as processes: the guards and the fast hashing of the tests, with letters in files."""

from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
LOG_LEVEL = "WARNING"
LOGGING = {"format": "console", "level": LOG_LEVEL}
