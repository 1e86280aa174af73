"""What every way of running shares. Whatever differs between machines is an environment variable, read
here once.
"""

from pathlib import Path

import environ
from csp.constants import SELF
from django.utils.translation import gettext_lazy as _

from config.installed_apps import SHARED_APPS as SHARED_APPS
from config.installed_apps import TENANT_APPS as TENANT_APPS
from tenants.postgresql.pool import put_in_order

ROOT = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

DATA_DIR = ROOT / env("TEFTER_DATA_DIR", default=".data")
SECRET_KEY = env("SECRET_KEY")
# What organizations entrust to us (keys of their payment service, tokens of links) is sealed with the first.
SEALING_KEYS = env.list("SEALING_KEYS", default=[SECRET_KEY])
BASE_DOMAIN = env("BASE_DOMAIN", default="tefter.localhost")
PORT = env.int("PORT", default=8000)
PUBLIC_SCHEME = env("PUBLIC_SCHEME", default="http")
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# Hosts are checked by OrganizationMiddleware against the domains in the database: one that leads nowhere is
# 404.
ALLOWED_HOSTS = ["*"]
DEBUG = False

INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.observability.RequestLogMiddleware",
    "tenant_apps.client_portal.middleware.PrivateAddressesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.middleware.OrganizationMiddleware",
    "config.api_gate.ApiGate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shared_apps.accounts.middleware.SessionHomeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shared_apps.accounts.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.product",
            ],
            "builtins": ["shared_apps.core.templatetags.ui"],
        },
    }
]

# Database: one PostgreSQL, a schema per organization. A connection that has not been told otherwise sees no
# table. With a pool, threads share connections; without, each keeps its own.
_DATABASE = env.db("DATABASE_URL", default="postgres://127.0.0.1/tefter")
_POOL_MAX = env.int("DATABASE_POOL_MAX", default=0)
_POOL = {
    "min_size": env.int("DATABASE_POOL_MIN", default=1),
    "max_size": _POOL_MAX,
    "timeout": 10.0,
    "reset": put_in_order,
}
DATABASES = {
    "default": {
        **_DATABASE,
        "ENGINE": "tenants.postgresql",
        "CONN_MAX_AGE": 0 if _POOL_MAX else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            **_DATABASE.get("OPTIONS", {}),
            "options": "-c search_path=no_tenant -c lock_timeout=10s -c timezone=UTC -c jit=off",
            **({"pool": _POOL} if _POOL_MAX else {}),
        },
    }
}
SCHEMAS_PER_CONNECTION = env.int("DATABASE_SCHEMAS_PER_CONNECTION", default=100)
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
TENANT_MODEL = "tenants.Organization"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_LIMIT_SET_CALLS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
GET_EXECUTOR_FUNCTION = "tenants.executor.executor_for"
TENANT_MIGRATION_ORDER = ["created_at", "id"]
SPARE_SCHEMAS = env.int("SPARE_SCHEMAS", default=5)
PROVISIONING_STEPS = [
    "tenant_apps.workspace.operations.furnish",
    "tenant_apps.crm.operations.furnish_pipeline",
    "tenant_apps.invoices.operations.furnish_reminders",
]
RESTORE_STEPS = [
    "tenant_apps.workspace.operations.settle_mirrors",
    "tenant_apps.messages.operations.hold_restored_messages",
    "tenant_apps.integrations.operations.revoke_restored_tokens",
    "tenant_apps.sharing.operations.renew_restored_links",
    "tenant_apps.invoices.operations.resume_documents",
    "tenant_apps.invoices.operations.hold_restored_reminders",
    "tenant_apps.invoices.operations.hold_restored_recurring",
    "tenant_apps.online_payments.operations.forget_restored_stripe",
]
ERASURE_STEPS = [
    "shared_apps.accounts.operations.leave_erased_organization",
    "tenant_apps.reconciliation.operations.forget_statement_files",
]
ARCHIVE_PEOPLE = "shared_apps.accounts.queries.people_for_archive"
SETTLE_PEOPLE = "shared_apps.accounts.operations.settle_people"

# Broker, cache, sessions. The broker's server keeps what it is given; the cache may be another one.
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "shared_apps.core.cache.TolerantRedisCache",
        "LOCATION": env("CACHE_URL", default="redis://127.0.0.1:6379/1"),
        "KEY_FUNCTION": "tenants.cache.key_for",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "tefter_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "tefter_csrf"
JOB_ENVIRONMENT = "tenants.worker.job_environment"
JOB_AUDIENCE = "tenants.queries.open_organizations"
JOBS_IN_FLIGHT = env.int("JOBS_IN_FLIGHT", default=4)
JOBS_IN_FLIGHT_PLATFORM = env.int("JOBS_IN_FLIGHT_PLATFORM", default=16)
OUTBOX = "shared_apps.jobs.operations.enqueue"
REACTIONS = "config.reactions.REACTIONS"
SCHEDULE = "config.schedule.SCHEDULE"
OPERATIONS_MUST_RECORD = False

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "shared_apps.accounts.backends.MemberBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "shared_apps.accounts.passwords.PasswordUnlikeEmail"},
    {"NAME": "shared_apps.accounts.passwords.PasswordLength", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "shared_apps.accounts.entrance.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "shared_apps.accounts.forms.SignInForm",
    "reset_password": "shared_apps.accounts.forms.ResetRequestForm",
    "reset_password_from_key": "shared_apps.accounts.forms.NewPasswordForm",
    "change_password": "shared_apps.accounts.forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE
ACCOUNT_RATE_LIMITS: dict[str, str | None] | bool = {
    "login_failed": None
}  # failed sign-ins are counted by axes
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MEMBER_LIMIT_CHECK = "shared_apps.plans.limits.require_seat"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "shared_apps.accounts.entrance.client_ip"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"

# Guardian: its own two models stay unused in public; ours live in each organization (tenant_apps.sharing).
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_USER_OBJ_PERMS_MODEL = "sharing.MemberRecordPermission"
GUARDIAN_GROUP_OBJ_PERMS_MODEL = "sharing.GroupRecordPermission"

# Words
LANGUAGE_CODE = "bg"
LANGUAGES = [("bg", _("Bulgarian")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Europe/Sofia"
USE_TZ = True
USE_I18N = True
LANGUAGE_COOKIE_NAME = "tefter_language"

# Files
STATIC_URL = env("STATIC_URL", default="/static/")
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STATEMENTS_ROOT = Path(env("STATEMENTS_ROOT", default=str(DATA_DIR / "statements")))
ARCHIVE_ROOT = Path(env("ARCHIVE_ROOT", default=str(DATA_DIR / "archives")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Mail
EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
# For a mail service (`EMAIL_BACKEND=anymail.backends.….EmailBackend`): every variable that begins so is a
# setting of anymail.
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value for name, value in env.ENVIRON.items() if name.startswith("ANYMAIL_")
}
MAIL_EVENTS_SECRET = env("MAIL_EVENTS_SECRET", default="")  # empty: nobody may tell what became of mail
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Tefter <no-reply@tefter.example>")

# Card payments: where Stripe is asked; empty: at Stripe itself.
STRIPE_API_BASE = env("STRIPE_API_BASE", default="")
# Client links: visits in a minute, of one network address and of one link.
LINK_RATE_PER_MINUTE = env.int("LINK_RATE_PER_MINUTE", default=240)

# API
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", default=30_000)
NINJA_PAGINATION_MAX_LIMIT = 200

# Browser safety: nothing inline, nothing from another host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [SELF],
        "frame-src": [SELF, "blob:"],
        "frame-ancestors": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF, f"{PUBLIC_SCHEME}://*.{BASE_DOMAIN}:*", f"{PUBLIC_SCHEME}://{BASE_DOMAIN}:*"],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "axes.W003"]

# Logs: structured, with organization, request id and actor; never a body, a header or a password.
LOG_FORMAT = env("LOG_FORMAT", default="console")
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "config.observability.configure_logging"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}
