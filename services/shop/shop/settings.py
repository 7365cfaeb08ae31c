"""Settings of the shop, all from the environment. `NAME_FILE` may name a file that holds the value of `NAME`."""

import hmac
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from logging import Formatter as LogLine
from pathlib import Path
from time import gmtime
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from shop.media import storage_of

BASE_DIR = Path(__file__).resolve().parent

env = environ.FileAwareEnv()


def with_password(url: str, password: str) -> str:
    """This function will put a password, kept apart from the address as a secret file, into a URL."""
    if not (url and password):
        return url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username or ""
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def amount(name: str, *, most: int = 99_999_999) -> Decimal | None:
    """This function will read a setting that is a number with at most two decimals; None if it is not set."""
    text = env(name, default="").strip()
    try:
        number = Decimal(text) if text else None
        if number is None or (0 <= number <= most and number == round(number, 2)):
            return number
    except InvalidOperation:
        pass
    raise ImproperlyConfigured(f"{name} must be a number from 0 to {most} such as 3.90, not {text!r}.")


def time_zone(name: str, *, default: str) -> str:
    """This function will read a setting that is a time zone by its name in the IANA database."""
    text = env(name, default="").strip() or default
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Vienna, not {text!r}.") from None


def networks(name: str) -> list:
    """This function will read a setting that is a list of networks, parted by commas."""
    try:
        return [ip_network(text.strip()) for text in env.list(name, default=[]) if text.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be networks such as 10.20.0.0/16, parted by commas: {error}."
        ) from error


DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=False)
PUBLIC_URL = env("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

SECRET_KEY = env("SECRET_KEY", default="").strip()
if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured(
        "SECRET_KEY (or the file named by SECRET_KEY_FILE) must hold at least 40 random characters."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.admin",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "corsheaders",
    "django_htmx",
    "shop.pages",
    "shop.accounts",
    "shop.catalogue",
    "shop.cart",
    "shop.coupons",
    "shop.wishlist",
    "shop.orders",
    "shop.outbox",
    "shop.notifications",
    "shop.storelink",
    "shop.payments",
    "shop.payments.gateways.test",
    "shop.payments.gateways.bank_transfer",
    "shop.reviews",
    "shop.invoices",
    "shop.returns",
    "shop.upkeep",
    "shop.contact",
    "shop.chat",
    "shop.api",
    "shop.webhooks",
    "shop.live",
    "shop.staff",  # the last: its groups are given the permissions of all others
]

MIDDLEWARE = [
    "shop.api.at_hand.AtHand",  # around all others: what they put on an answer is kept with it
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shop.staff.maintenance.Maintenance",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.pages.bare.NoBareAnswers",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["shop.clock"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.cart.context_processors.belongings",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database ---
DATABASES = {
    "default": env.db_url_config(with_password(env("DATABASE_URL"), env("DATABASE_PASSWORD", default="").strip()))
}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must begin with postgres://: no other database can keep what is promised. README, “Why Postgres”."
    )
DATABASES["default"].update(
    # A pool in the web processes (threads share it); the worker holds session locks and keeps plain connections.
    OPTIONS={"pool": {"min_size": 1, "max_size": 8, "timeout": 5}} if env.bool("DATABASE_POOL", default=False) else {},
    CONN_HEALTH_CHECKS=True,
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- prices; all include tax ---
# What sending an order costs, and from which worth of the goods on it is free. Orders in another currency are sent free.
DELIVERY_PRICE = amount("DELIVERY_PRICE") or Decimal(0)
FREE_DELIVERY_FROM = amount("FREE_DELIVERY_FROM")
DELIVERY_CURRENCY = env("DELIVERY_CURRENCY", default="EUR")
# The tax that prices include. It is shown, and changes no price.
TAX_PERCENT = amount("TAX_PERCENT", most=99) or Decimal(0)

# --- payments ---
# How long the copies wait for the money. The store holds them a little longer.
PAYMENT_WINDOW_S = env.int("PAYMENT_WINDOW_S", default=15 * 60)
# The built-in bank, where nobody pays with real money: for the demo and for tests.
TEST_BANK = env.bool("TEST_BANK", default=False)
# Each of the others is open where its first line is set. A *_URL leads to another server that speaks the same contract.
PAYPAL_CLIENT_ID = env("PAYPAL_CLIENT_ID", default="").strip()
PAYPAL_CLIENT_SECRET = env("PAYPAL_CLIENT_SECRET", default="").strip()
PAYPAL_MERCHANT_ID = env("PAYPAL_MERCHANT_ID", default="").strip()
PAYPAL_WEBHOOK_ID = env("PAYPAL_WEBHOOK_ID", default="").strip()
PAYPAL_SANDBOX = env.bool("PAYPAL_SANDBOX", default=False)
PAYPAL_URL = env("PAYPAL_URL", default="").rstrip("/")
ZARINPAL_MERCHANT_ID = env("ZARINPAL_MERCHANT_ID", default="").strip()
ZARINPAL_SANDBOX = env.bool("ZARINPAL_SANDBOX", default=False)
ZARINPAL_URL = env("ZARINPAL_URL", default="").rstrip("/")
BANK_TRANSFER_ACCOUNT = env("BANK_TRANSFER_ACCOUNT", default="").strip()
BANK_TRANSFER_OWNER = env("BANK_TRANSFER_OWNER", default="").strip()
BANK_TRANSFER_BIC = env("BANK_TRANSFER_BIC", default="").strip()
BANK_TRANSFER_CURRENCIES = env.list("BANK_TRANSFER_CURRENCIES", default=["EUR"])
BANK_TRANSFER_DAYS = env.int("BANK_TRANSFER_DAYS", default=7)
if PAYPAL_CLIENT_ID and not (PAYPAL_CLIENT_SECRET and PAYPAL_MERCHANT_ID and PAYPAL_WEBHOOK_ID):
    raise ImproperlyConfigured(
        "PAYPAL_CLIENT_ID opens PayPal, which also needs PAYPAL_CLIENT_SECRET, PAYPAL_MERCHANT_ID and PAYPAL_WEBHOOK_ID."
    )
if BANK_TRANSFER_ACCOUNT and not (BANK_TRANSFER_OWNER and 1 <= BANK_TRANSFER_DAYS <= 60):
    raise ImproperlyConfigured("BANK_TRANSFER_ACCOUNT also needs BANK_TRANSFER_OWNER, and 1 to 60 BANK_TRANSFER_DAYS.")

# Who sells, as it stands on invoices: name, address and tax number, the lines divided by |.
INVOICE_SELLER = env("INVOICE_SELLER", default="").strip() or "Bookshop"

# For how long after an order was sent its books can be sent back, and where to, the lines divided by |.
RETURN_WITHIN = timedelta(days=env.int("RETURN_WITHIN_DAYS", default=30))
RETURN_ADDRESS = env("RETURN_ADDRESS", default="").strip() or INVOICE_SELLER

# --- what the shop talks to; none of it is needed to answer a request ---
STORE_URL = env("STORE_URL", default="http://127.0.0.1:8001").rstrip("/")
# Where staff reach the store's admin; empty: the shop's admin shows no way there.
STORE_PUBLIC_URL = env("STORE_PUBLIC_URL", default="").rstrip("/")
STORE_TOKEN_FILE = env("STORE_TOKEN_FILE", default="")
# The share of the catalogue that may be withdrawn within an hour before a person is asked.
MASS_RETIREMENT_SHARE = env.float("MASS_RETIREMENT_SHARE", default=0.2)
# When the sync page and `sync_status` call for a person, in seconds: a feed not heard, a message not delivered, both sides
# not compared for longer than this.
SYNC_FEED_LATE_S = env.int("SYNC_FEED_LATE_S", default=10 * 60)
SYNC_WAITING_LATE_S = env.int("SYNC_WAITING_LATE_S", default=15 * 60)
SYNC_COMPARED_LATE_S = env.int("SYNC_COMPARED_LATE_S", default=24 * 60 * 60)
# MailHog's API of a mail catcher, for the mail matrix; empty where mails go to real people.
MAIL_API_URL = env("MAIL_API_URL", default="").rstrip("/")
BROKER_URL = with_password(env("BROKER_URL", default=""), env("BROKER_PASSWORD", default="").strip())
REDIS_URL = with_password(env("REDIS_URL", default=""), env("REDIS_PASSWORD", default="").strip())

# --- what stays open (shop.asgi) ---
# The port of the page's streams on the page's own host, where no proxy brings both under one address; empty: the same.
LIVE_PORT = env.int("LIVE_PORT", default=0)
# How many streams a process keeps open, and how many of one address (an office is one) and of one visitor: browsers open
# six connections to an address by HTTP/1.1, and pages need some of them.
LIVE_STREAMS = env.int("LIVE_STREAMS", default=2_000)
LIVE_STREAMS_PER_ADDRESS = env.int("LIVE_STREAMS_PER_ADDRESS", default=60)
LIVE_STREAMS_PER_VISITOR = env.int("LIVE_STREAMS_PER_VISITOR", default=4)
# The same of websockets, which browsers do not count among those six.
LIVE_SOCKETS = env.int("LIVE_SOCKETS", default=2_000)
LIVE_SOCKETS_PER_ADDRESS = env.int("LIVE_SOCKETS_PER_ADDRESS", default=60)
LIVE_SOCKETS_PER_VISITOR = env.int("LIVE_SOCKETS_PER_VISITOR", default=8)

CACHES = {
    "default": {"BACKEND": "shop.cache.ForgivingRedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "shop"}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Signals between processes that hold websockets. They may be lost; consumers have no channels of their own in it.
CHANNEL_LAYERS = (
    {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}}
    if REDIS_URL
    else {}
)

vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Bookshop <orders@bookshop.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- who runs the shop; what is empty is shown nowhere ---
# Where messages from the contact page and unread talks are mailed to. They are in the admin in any case.
CONTACT_EMAIL = env("CONTACT_EMAIL", default="").strip() or ("service@bookshop.example" if DEMO else "")
COMPANY_NAME = env("COMPANY_NAME", default="").strip()
COMPANY_ADDRESS = env.list("COMPANY_ADDRESS", default=[])  # its lines, parted by commas
COMPANY_PHONE = env("COMPANY_PHONE", default="").strip()
COMPANY_REGISTER = env("COMPANY_REGISTER", default="").strip()
COMPANY_TAX_ID = env("COMPANY_TAX_ID", default="").strip()

# --- people ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:home"
ACCOUNT_ADAPTER = "shop.accounts.adapter.OutboxMailAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# A code to type instead of a link to follow: it works on the device in hand, and whoever registers goes on where they were.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {"signup": "shop.accounts.forms.SignupForm", "login": "shop.accounts.forms.LoginForm"}
MFA_ADAPTER = "shop.accounts.adapter.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bookshop"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s by which a telephone's clock may differ (RFC 6238)
# Whether staff need an authenticator app to enter the admin.
STAFF_TOTP = env.bool("STAFF_TOTP", default=not DEMO)
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "pages:home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# How many proxies of ours add to X-Forwarded-For. Without it all customers behind nginx share one limit of log-ins; too
# high, and anybody can pretend to be somebody else.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# --- the API ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["shop.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["shop.api.permissions.Nobody"],
    "DEFAULT_THROTTLE_CLASSES": ["shop.api.throttles.ByRole"],
    "DEFAULT_PARSER_CLASSES": ["shop.api.parsers.SmallJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["shop.api.renderers.FastJSON"],
    "DEFAULT_SCHEMA_CLASS": "shop.api.schema.Described",
    "EXCEPTION_HANDLER": "shop.api.problems.problem_response",
    "URL_FORMAT_OVERRIDE": None,  # ?format= is that of books
}
# Requests a guest may send from one address, a customer and a member of staff; and "sparing": what writes letters.
API_RATES = {
    "guest": env("API_RATE_GUEST", default="120/min"),
    "customer": env("API_RATE_CUSTOMER", default="300/min"),
    "staff": env("API_RATE_STAFF", default="1200/min"),
    "sparing": env("API_RATE_SPARING", default="30/hour"),
}
# Pages of these other sites may call the API from the browser. Cookies open nothing there, and are not let through.
CORS_ALLOWED_ORIGINS = env.list("API_CORS_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api|auth)/"
CORS_ALLOW_HEADERS = (
    *("accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"),
    *("x-cart-token", "x-order-key"),
)
CORS_EXPOSE_HEADERS = ("ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Cart-Token")
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("API_LOG_IN_DAYS", default=14)),
    "ALGORITHM": "HS256",
    # A key of its own that follows from SECRET_KEY: what signs tokens signs nothing else.
    "SIGNING_KEY": hmac.digest(SECRET_KEY.encode(), b"tokens of the API", "sha256").hex(),
    "ISSUER": "bookshop",
    "AUDIENCE": "bookshop-shop",
    "AUTH_HEADER_TYPES": ("Bearer", "JWT"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Bookshop",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "Everything a shopper does on the pages, for programs. How to begin: docs/api.md. "
    "What programs hear by websockets is described at /api/asyncapi/ (AsyncAPI 3.0).",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/favicon.svg",
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None, "deepLinking": True},  # else each visit is told to a foreign site
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "shop.api.schema.with_examples",
        "shop.api.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "shop.orders.states.State.choices",
        "ReviewState": "shop.reviews.states.State.choices",
        "ReviewDecision": "shop.api.moderation.DECISIONS",
        "BulkState": "shop.api.bulk.STATES",
        "ParcelStatus": "shop.api.parcels.STATES",
        "PaymentStatus": "shop.payments.states.State.choices",
        "RefundStatus": "shop.payments.states.RefundState.choices",
        "ReturnStatus": "shop.returns.models.State.choices",
    },
}

# --- webhooks ---
# Partners are reached by HTTPS, at public addresses, on these ports. For tests, or partners within one's own walls: plain
# HTTP as well, and networks such as 10.20.0.0/16 that are asked although they are not public.
WEBHOOK_PORTS = [int(port) for port in env.list("WEBHOOK_PORTS", default=["443", "8443"])]
WEBHOOK_HTTP = env.bool("WEBHOOK_HTTP", default=False)
WEBHOOK_NETWORKS = networks("WEBHOOK_NETWORKS")
# How long an endpoint may fail before it is switched off, and how long events and what became of them are kept.
WEBHOOK_GIVE_UP_AFTER = timedelta(days=env.int("WEBHOOK_GIVE_UP_DAYS", default=3))
WEBHOOK_KEEP = timedelta(days=env.int("WEBHOOK_KEEP_DAYS", default=30))

# --- talks with shoppers ---
# How long a talk that was closed is kept.
CHAT_KEEP = timedelta(days=env.int("CHAT_KEEP_DAYS", default=730))

# --- time ---
# By which clocks people are told times, and where their days begin. What is kept, and what programs read, is in UTC.
USE_TZ = True
TIME_ZONE = time_zone("SHOP_TIME_ZONE", default="UTC")
LogLine.converter = gmtime  # two logs can be laid side by side, also in the hour that comes twice

# --- the letter to staff on what waits ---
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)
DIGEST_TIME_ZONE = time_zone("DIGEST_TIME_ZONE", default=TIME_ZONE)

# --- language ---
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["shop.formats"]
USE_I18N = False  # English alone; each number and word of a page would ask for the language

# --- files ---
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=None)  # only images collect; elsewhere whitenoise finds the files
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR.parent / "media-root"))
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=False)
HASHED_STATIC = env.bool("HASHED_STATIC", default=False)
MEDIA, PICTURE_ORIGINS = storage_of(env)
STORAGES = {
    "default": MEDIA,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC

# --- security ---
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "shop.accounts.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script of ours reads them: forms carry the token
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers keep these names to this host alone; no neighbour below the same domain can set them.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *PICTURE_ORIGINS],
        "connect-src": [
            SELF,
            *(f"{scheme}://{host}:{LIVE_PORT}" for scheme in ("http", "ws") for host in ALLOWED_HOSTS if LIVE_PORT),
        ],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- logs ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        # It writes a traceback each second while Redis is away, which we have said by then.
        "channels_redis.pubsub": {"level": "CRITICAL"},
        # It names the whole address of each websocket, which may hold what is none of its business.
        "uvicorn.error": {"level": "WARNING"},
    },
}

if DEBUG:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(0, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1"]
