"""The product as processes: the tests' guards and fast hashing, with letters in files, where a test reads them."""

from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
LOG_LEVEL = "WARNING"
LOGGING = {"format": "console", "level": LOG_LEVEL}
