"""The product of the journeys: the tests' guards and fast hashing, with letters in files, where a journey reads them."""

from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
LOG_LEVEL = "WARNING"
LOGGING = {"format": "console", "level": LOG_LEVEL}
