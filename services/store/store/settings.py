"""Settings of the warehouse, all from the environment. README.md lists them."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from store.environment import Environment
from store.media import storage_of

env = Environment()
BASE_DIR = Path(__file__).resolve().parent
SHORTEST_SECRET_KEY = 32
DAY_S = 24 * 60 * 60

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8001")
SECRET_KEY = env.str("SECRET_KEY", default="")
if len(SECRET_KEY) < SHORTEST_SECRET_KEY:
    raise ImproperlyConfigured(
        f"Set SECRET_KEY (or SECRET_KEY_FILE) to at least {SHORTEST_SECRET_KEY} random characters."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "store.accounts",
    "store.admin_site.WarehouseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "axes",
    "rest_framework",
    "store.second_step",
    "store.feed",
    "store.catalogue",
    "store.stock",
    "store.orders",
    "store.holds",
    "store.returns",
    "store.api",
    "store.importing",
    "store.receiving",
    "store.counting",
    "store.labels",
    "store.works",
    "store.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "store.second_step.guard.SecondStep",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
if DEBUG:
    INSTALLED_APPS += ["debug_toolbar"]
    MIDDLEWARE.insert(1, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1"]

ROOT_URLCONF = "store.urls"
WSGI_APPLICATION = "store.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["store.clock"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"listing": "store.listing"},
        },
    },
]

# A transaction begins in an operation, in plain sight.
ATOMIC_REQUESTS = False
DATABASES = {"default": env.db_url_config(env.url_with_password("DATABASE") or "postgres://127.0.0.1/store")}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must begin with postgres://: no other database can keep what is promised. README, “Why Postgres”."
    )
# An abandoned transaction would hold the change feeds back for everybody.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c idle_in_transaction_session_timeout=30s"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASE_POOL := env.int("DATABASE_POOL", default=0):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url_with_password("REDIS")
CACHES = {
    "default": {"BACKEND": "store.cache.PatientRedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "store"}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
BROKER_URL = env.url_with_password("BROKER")

# Copies are held a little longer than the customer may take to pay: the goods' time ends after the money's.
HOLD_MINUTES = env.int("HOLD_MINUTES", default=15)
HOLD_GRACE_MINUTES = env.int("HOLD_GRACE_MINUTES", default=2)
HOLD_S = env.int("HOLD_S", default=(HOLD_MINUTES + HOLD_GRACE_MINUTES) * 60)

# When an order should be on its way: the packing queue marks what waits for longer.
PACK_WITHIN_HOURS = env.int("PACK_WITHIN_HOURS", default=24)

# Who sends, and where what cannot be delivered or is sent back comes to, as packing slips have it; lines divided by |.
RETURN_ADDRESS = env.str("RETURN_ADDRESS", default="").strip()

# Bands of stock by free copies: critical up to the first number, medium up to the second, good beyond it.
STOCK_CRITICAL_UP_TO = env.int("STOCK_CRITICAL_UP_TO", default=2)
STOCK_MEDIUM_UP_TO = env.int("STOCK_MEDIUM_UP_TO", default=10)
# Dead stock: on the shelf for so long, and nothing of it sold.
DEAD_STOCK_DAYS = env.int("DEAD_STOCK_DAYS", default=180)

# For how many days the worker that tidies up keeps what nobody needs; 0 is for ever.
SESSIONS_KEPT_DAYS = env.int("SESSIONS_KEPT_DAYS", default=1)
IMPORT_FAULTS_KEPT_DAYS = env.int("IMPORT_FAULTS_KEPT_DAYS", default=90)
DROPPED_COUNTS_KEPT_DAYS = env.int("DROPPED_COUNTS_KEPT_DAYS", default=30)
REFUSED_PICTURES_KEPT_DAYS = env.int("REFUSED_PICTURES_KEPT_DAYS", default=30)
ENDED_CREDENTIALS_KEPT_DAYS = env.int("ENDED_CREDENTIALS_KEPT_DAYS", default=365)
LABELS_KEPT_DAYS = env.int("LABELS_KEPT_DAYS", default=7)
ADMIN_LOG_KEPT_DAYS = env.int("ADMIN_LOG_KEPT_DAYS", default=730)

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]

# --- guessing of passwords: after so many wrong ones an address is told no more about an account for a while. Others may
# still enter it, or anybody could lock a packer out, and so may the colleagues behind the same address into theirs. ---
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"  # as the admin's form names it
AXES_USERNAME_CALLABLE = "store.accounts.entering.account_tried"
AXES_CLIENT_IP_CALLABLE = "store.accounts.entering.address_of"
AXES_LOCKOUT_CALLABLE = "store.accounts.entering.not_now"
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# How many proxies of ours add to X-Forwarded-For. Without it all who come through nginx share one limit.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# Whether staff need an authenticator app to enter. Who has set one up is asked for its code in any case.
STAFF_TOTP = env.bool("STAFF_TOTP", default=not DEMO)

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["store.formats"]
# By which clocks people are told times, and where their days begin. What is kept, and what programs read, is in UTC.
TIME_ZONE = env.time_zone("SHOP_TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = STATIC_ROOT is None  # the demo collects nothing
MEDIA, PICTURE_ORIGINS = storage_of(env)
STORAGES = {
    "default": MEDIA,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("HASHED_STATIC", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_URL = "/media/"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR.parent / ".media"))
# Files that people send in for us alone. No web server may look into this folder.
PRIVATE_ROOT = env.str("PRIVATE_ROOT", default=str(BASE_DIR.parent / ".private"))
LARGEST_IMPORT_BYTES = 1024 * 1024 * 1024
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=False)
PICTURE_FOLDER = "books"
LARGEST_UPLOAD_BYTES = 10 * 1024 * 1024

# Host-bound names (__Host-) need the Secure flag, which plain HTTP on 127.0.0.1 cannot have.
SESSION_COOKIE_NAME = "__Host-store_session" if HTTPS else "store_session"
CSRF_COOKIE_NAME = "__Host-store_csrf" if HTTPS else "store_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = DAY_S
SECURE_HSTS_SECONDS = 365 * DAY_S if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
# The shop's worker calls in plain HTTP on the inner network: the proxy redirects people, not we. What HSTS says of
# other names below the same domain is for the shop's owner to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *PICTURE_ORIGINS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "store.api.authentication.ServiceTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["store.api.permissions.Nobody"],
    "DEFAULT_PARSER_CLASSES": ["store.api.parsers.SmallJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "store.api.problems.problem_response",
    "URL_FORMAT_OVERRIDE": None,  # what is answered follows from the Accept header alone
    "DEFAULT_SCHEMA_CLASS": "store.api.schema.Described",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Bookshop store",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "The warehouse, for services that sell its books.",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "store.api.schema.with_examples",
        "store.api.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "store.orders.models.OrderState.choices",
        "ReturnStatus": "store.returns.models.ReturnState.choices",
        "ParcelStatus": "store.orders.parcels.ParcelState.choices",
        "ImportState": "store.importing.models.RunState.choices",
        "HoldState": "store.api.shapes.HOLD_STATES",
        "Why": "store.returns.models.Why.choices",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "store.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": env.str("LOG_FORMAT", default="plain")},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"level": "WARNING"},  # else each log-in is told in four lines
    },
}
