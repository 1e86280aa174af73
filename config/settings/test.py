"""The tests: production's code, fast hashing, mail in memory, every guard on."""

from config.settings.base import *  # noqa: F403
from config.settings.base import ROOT, STORAGES, TEMPLATES

OPERATIONS_MUST_RECORD = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = ROOT / "static"
STATICFILES_DIRS = []
AXES_ENABLED = False
ACCOUNT_RATE_LIMITS = False
LINK_RATE_PER_MINUTE = 100_000  # tests come from one address
LOG_LEVEL = "ERROR"
LOGGING = {"format": "console", "level": LOG_LEVEL}


class UndefinedVariable(str):
    """Fails the test that renders a template with a variable that nobody gave it."""

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")

    def __contains__(self, text: object) -> bool:
        return text == "%s"


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")  # type: ignore[index]
