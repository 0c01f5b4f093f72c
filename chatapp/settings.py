"""Every setting, from the environment (and `.env`). Code reads `django.conf.settings`."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from chatapp.lib.env import (
    database_from_url,
    email_from_url,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_secret,
    env_str,
    kept_secret,
    storage_from_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent
Env().read_env(str(BASE_DIR / ".env"), recurse=False)

DEBUG = env_bool("CHATAPP_DEBUG", default=False)
DATA_DIR = Path(env_str("CHATAPP_DATA_DIR", str(BASE_DIR / "var"))).absolute()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env_secret("CHATAPP_SECRET_KEY") or kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env_list("CHATAPP_SECRET_KEY_FALLBACKS")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("CHATAPP_SECRET_KEY must have at least 32 characters.")

ALLOWED_HOSTS = env_list("CHATAPP_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [
    f"https://{host.removeprefix('.')}" for host in ALLOWED_HOSTS if host not in {"*", "[::1]"}
]
BEHIND_TLS = env_bool("CHATAPP_BEHIND_TLS", default=False)
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME = "__Host-sessionid" if BEHIND_TLS else "sessionid"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "chatapp.web.errors.csrf_failure"

INSTALLED_APPS = [
    "chatapp.apps.DaphneConfig",
    "chatapp.apps.ChatappConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "channels",
    "django_htmx",
    "rules",
]
MIDDLEWARE = [
    "chatapp.web.middleware.RequestIdMiddleware",
    "chatapp.web.middleware.HeadersMiddleware",
    "chatapp.api.middleware.DirectMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chatapp.web.middleware.ErrorsMiddleware",
]
ROOT_URLCONF = "chatapp.urls"
ASGI_APPLICATION = "chatapp.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chatapp.web.context.chatapp",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data
DATABASES = {"default": database_from_url(env_str("DATABASE_URL"), DATA_DIR)}
POSTGRESQL = DATABASES["default"]["ENGINE"].endswith("postgresql")
if POSTGRESQL:
    INSTALLED_APPS.append("procrastinate.contrib.django")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    "default": storage_from_url(env_str("CHATAPP_STORAGE_URL"), DATA_DIR),
    "staticfiles": {"BACKEND": "chatapp.web.statics.HashedStaticFilesStorage"},
}

# Frames between processes, and rate limits
REDIS_URL = env_str("REDIS_URL")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "chatapp"},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# People
AUTH_USER_MODEL = "chatapp.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "chatapp.web.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "chatapp.web.login_form.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLOW_SIGNUP = env_bool("CHATAPP_ALLOW_SIGNUP", default=False)
SOCIALACCOUNT_ONLY = False
OIDC_SERVER_URL = env_str("CHATAPP_OIDC_SERVER_URL")
if OIDC_SERVER_URL:
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": env_str("CHATAPP_OIDC_NAME", "Single sign-on"),
                    "client_id": env_str("CHATAPP_OIDC_CLIENT_ID"),
                    "secret": env_secret("CHATAPP_OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": OIDC_SERVER_URL},
                }
            ]
        }
    }
    if OIDC_SERVER_URL
    else {}
)
EMAIL_URL = env_secret("CHATAPP_EMAIL_URL")
globals().update(email_from_url(EMAIL_URL))
DEFAULT_FROM_EMAIL = env_str("CHATAPP_EMAIL_FROM", "chatapp@localhost")
SIGN_IN_LINK_SECONDS = 60 * 60 * 24

# Turns
TURN_RUNNER = env_choice("CHATAPP_TURN_RUNNER", "inprocess", ("inprocess", "worker"))
if TURN_RUNNER == "worker" and not POSTGRESQL:
    raise ImproperlyConfigured("CHATAPP_TURN_RUNNER=worker needs DATABASE_URL=postgresql://…")
TURN_CONCURRENCY = env_int("CHATAPP_TURN_CONCURRENCY", 200, minimum=1, maximum=2000)
TURN_LEASE_SECONDS = 15
TURN_HEARTBEAT_SECONDS = 3
TURN_SWEEP_SECONDS = 5
JOB_HEARTBEAT_SECONDS = 10
JOB_LEASE_SECONDS = 60
TURN_MAX_ATTEMPTS = 3
TURN_WALL_SECONDS = env_int("CHATAPP_TURN_WALL_SECONDS", 600, minimum=10)
TURN_MAX_REQUESTS = env_int("CHATAPP_TURN_MAX_REQUESTS", 20, minimum=1, maximum=200)
TURN_PARALLEL_TOOLS = 8
TURN_DRAIN_SECONDS = 20

# The default language model; without it, the built-in one
LLM_BASE_URL = env_str("CHATAPP_LLM_BASE_URL")
LLM_API_KEY = env_secret("CHATAPP_LLM_API_KEY")
LLM_MODEL = env_str("CHATAPP_LLM_MODEL")
LLM_PROVIDER = env_choice("CHATAPP_LLM_PROVIDER", "openai", ("openai", "anthropic"))
if LLM_BASE_URL and not LLM_MODEL:
    raise ImproperlyConfigured("CHATAPP_LLM_BASE_URL is set, so CHATAPP_LLM_MODEL must be too.")
BUILTIN_DELAY_SECONDS = env_int("CHATAPP_BUILTIN_DELAY_MS", 12) / 1000

# Vectors of corpora: an OpenAI-compatible service; without one, the offline embedder
EMBEDDING_BASE_URL = env_str("CHATAPP_EMBEDDING_BASE_URL")
EMBEDDING_API_KEY = env_secret("CHATAPP_EMBEDDING_API_KEY")
EMBEDDING_MODEL = env_str("CHATAPP_EMBEDDING_MODEL")
if bool(EMBEDDING_BASE_URL) != bool(EMBEDDING_MODEL):
    raise ImproperlyConfigured("Set CHATAPP_EMBEDDING_BASE_URL and …_MODEL together, or neither.")

# The web: what tools may reach though it is not public (host or host:port), and who searches
WEB_PRIVATE_HOSTS = env_list("CHATAPP_WEB_PRIVATE_HOSTS")
TOOL_SERVER_PRIVATE_HOSTS = env_list("CHATAPP_TOOL_SERVER_PRIVATE_HOSTS")
WEB_SEARCH_PROVIDER = env_choice("CHATAPP_WEB_SEARCH_PROVIDER", "", ("", "tavily", "searxng"))
WEB_SEARCH_BASE_URL = env_str("CHATAPP_WEB_SEARCH_BASE_URL")
WEB_SEARCH_API_KEY = env_secret("CHATAPP_WEB_SEARCH_API_KEY")
if WEB_SEARCH_PROVIDER == "searxng" and not WEB_SEARCH_BASE_URL:
    raise ImproperlyConfigured("CHATAPP_WEB_SEARCH_PROVIDER=searxng needs …_BASE_URL.")

# Files and other limits
MAX_UPLOAD_BYTES = env_int("CHATAPP_MAX_UPLOAD_MB", 100, minimum=1, maximum=10_000) * 2**20
SESSION_QUOTA_BYTES = env_int("CHATAPP_SESSION_QUOTA_MB", 1000, minimum=1) * 2**20
MAX_FILES_PER_UPLOAD = 20
MAX_MESSAGE_CHARS = 100_000
MAX_METADATA_BYTES = 64 * 1024
MAX_QUEUED_TURNS = 20
MAX_EVENT_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**18
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
RETENTION_DAYS_DELETED = env_int("CHATAPP_RETENTION_DAYS_DELETED", 30)
SENDS_PER_MINUTE = env_int("CHATAPP_SENDS_PER_MINUTE", 60, minimum=1)
API_REQUESTS_PER_MINUTE = env_int("CHATAPP_API_REQUESTS_PER_MINUTE", 3000, minimum=1)

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Words and time
LANGUAGE_CODE = "en"
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "chatapp" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
PRODUCT_NAME = env_str("CHATAPP_PRODUCT_NAME", "chatapp")
POLICY_TEXT = env_str(
    "CHATAPP_POLICY_TEXT", "Support staff may review conversations. Every read is recorded."
)

METRICS_TOKEN = env_secret("CHATAPP_METRICS_TOKEN")
LOG_FORMAT = env_choice("CHATAPP_LOG_FORMAT", "console", ("console", "json"))
LOG_LEVEL = env_choice("CHATAPP_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING_CONFIG = "chatapp.logs.configure"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}
