"""Production's code over a database of many organizations; what is not measured is made cheap."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, ROOT, STORAGES, env

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = ROOT / "static"
STATICFILES_DIRS = []
API_RATE_PER_MINUTE = 100_000_000
LOG_LEVEL = "ERROR"
LOGGING = {"format": "console", "level": LOG_LEVEL}
BENCH_ENGINE = env("BENCH_ENGINE", default="")
if BENCH_ENGINE == "django_tenants.postgresql_backend":
    # django-tenants as its documentation has it: no reset of the pool, no schema that is nobody's.
    _OPTIONS = DATABASES["default"]["OPTIONS"]
    _POOL = {name: value for name, value in _OPTIONS.get("pool", {}).items() if name != "reset"}
    DATABASES["default"] |= {"ENGINE": BENCH_ENGINE, "OPTIONS": {**({"pool": _POOL} if _POOL else {})}}
