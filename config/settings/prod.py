"""A real server behind TLS. Every secret comes from the environment; a missing one stops the start."""

from config.settings.base import *  # noqa: F403
from config.settings.base import env

env("DATABASE_URL")  # base reads it; here a missing one stops the start
REDIS_URL = env("REDIS_URL")
SEALING_KEYS = env.list("SEALING_KEYS")  # not SECRET_KEY: that one may be changed, and what is sealed be lost
PUBLIC_SCHEME = "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LOG_FORMAT = env("LOG_FORMAT", default="json")
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}  # noqa: F405
