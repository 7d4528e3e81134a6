"""Every setting of the portal, read once from the environment.

The defaults are those of a laptop. With `DEBUG` off (the default) the portal refuses to start without a secret of
its own. What each variable means stands in the README's table.
"""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from mediaportal.core import adminlook
from mediaportal.core.env import Env, EnvError
from mediaportal.settings_analysis import *  # noqa: F403 - a part of this file
from mediaportal.settings_mail import *  # noqa: F403 - likewise
from mediaportal.settings_moderation import *  # noqa: F403 - likewise

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# --- The installation -------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "only-for-development-on-one-machine"  # noqa: S105 - refused below when DEBUG is off
if not DEBUG and (len(SECRET_KEY) < 32 or SECRET_KEY.startswith(("only-for-development", "change-me"))):  # noqa: PLR2004
    raise ImproperlyConfigured(
        "SECRET_KEY is missing, too short (32 characters at least) or a default. "
        "Set it in the environment, or start with script/server, which makes one."
    )
# What small secrets in the database are sealed with: the first seals, all of them open.
MASTER_KEYS = env.named_keys("MASTER_KEYS", length=32)
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
PORT = env.number("PORT", 8000, least=1, most=65_535)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("HTTPS", default=False)
SITE_NAME = env.text("SITE_NAME", "Mediaportal")
# Threads of each web process: for Django's pages and API, for the database work of streaming requests (each of these
# two holds one database connection a thread), and for file bytes.
WEB_THREADS = env.number("WEB_THREADS", 8, least=1)
STREAM_THREADS = env.number("STREAM_THREADS", 4, least=1)
DISK_THREADS = env.number("DISK_THREADS", 8, least=1)
BUCKET_THREADS = env.number("BUCKET_THREADS", 16, least=1)

INSTALLED_APPS = [
    "notifications",
    "analysis",
    "processing",
    "assets",
    "mediaportal.audit",
    "mediaportal.accounts",
    "mediaportal.core",
    "unfold",
    "channels",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mediaportal.accounts.middleware.account_language",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "mediaportal.core.csp.looser_in_admin",
]
CSRF_FAILURE_VIEW = "mediaportal.core.doors.csrf_failure"
ROOT_URLCONF = "mediaportal.urls"
WSGI_APPLICATION = "mediaportal.asgi.wsgi_application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "assets.context_processors.portal",
            ],
        },
    }
]

# --- Where things are kept --------------------------------------------------------------------------------------
DATABASES = {
    "default": env.database(
        "DATABASE_URL", f"postgresql://mediaportal@/mediaportal?host={VAR_DIR}/run/postgres"
    )
    # Django runs as WSGI in a fixed number of threads: one lasting connection for each of them.
    | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "TEST": {"TEMPLATE": "template0"}}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _redis(number: int) -> str:
    """The address of one of Redis's numbered databases: 0 broker, 1 channel layer, 2 cache and progress."""
    base = env.text("REDIS_URL") or f"unix://{VAR_DIR}/run/redis.sock"
    return f"{base}?db={number}" if base.startswith("unix:") else f"{base.rstrip('/')}/{number}"


REDIS_CACHE_URL = _redis(2)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 5},
    }
}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [_redis(1)]}}
}

MEDIA_ROOT = env.path("MEDIA_ROOT", VAR_DIR / "media")
SCRATCH_ROOT = env.path("SCRATCH_ROOT", VAR_DIR / "scratch")
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "mediaportal.core.staticfinders.NpmFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
# A local folder, or a bucket of an S3-compatible service.
STORAGE = env.choice("STORAGE", "local", ("local", "s3"))
S3_BUCKET = env.text("S3_BUCKET")
S3_REGION = env.text("S3_REGION") or env.text("AWS_REGION") or env.text("AWS_DEFAULT_REGION")
S3_PREFIX = env.text("S3_PREFIX").strip("/")
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL").rstrip("/")
S3_PUBLIC_ENDPOINT_URL = env.text("S3_PUBLIC_ENDPOINT_URL").rstrip("/")
S3_ADDRESSING = env.choice(
    "S3_ADDRESSING", "path" if S3_ENDPOINT_URL else "virtual", ("path", "virtual", "auto")
)
# Who sends segments and downloads: the portal, the bucket itself, or CloudFront in front of it.
S3_DELIVERY = env.choice("S3_DELIVERY", "proxy", ("proxy", "presigned", "cloudfront"))
CLOUDFRONT_DOMAIN = env.text("CLOUDFRONT_DOMAIN")
CLOUDFRONT_KEY_ID = env.text("CLOUDFRONT_KEY_ID")
_CLOUDFRONT = (
    {
        "custom_domain": CLOUDFRONT_DOMAIN,
        "cloudfront_key_id": CLOUDFRONT_KEY_ID,
        "cloudfront_key": env.file("CLOUDFRONT_KEY_FILE"),
    }
    if STORAGE == "s3" and S3_DELIVERY == "cloudfront"
    else {}
)
if not all(_CLOUDFRONT.values()):
    raise EnvError(
        "S3_DELIVERY=cloudfront needs CLOUDFRONT_DOMAIN, CLOUDFRONT_KEY_ID and CLOUDFRONT_KEY_FILE"
    )
if CLOUDFRONT_DOMAIN and not re.fullmatch(r"[A-Za-z0-9.-]+", CLOUDFRONT_DOMAIN):
    raise EnvError("CLOUDFRONT_DOMAIN must be a host name, such as d111111abcdef8.cloudfront.net")
STORAGES = {
    "default": {
        "BACKEND": "mediaportal.core.buckets.BucketStorage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "region_name": S3_REGION or None,
            "location": S3_PREFIX,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "public_endpoint_url": S3_PUBLIC_ENDPOINT_URL,
            "addressing_style": S3_ADDRESSING,
            **_CLOUDFRONT,
        },
    }
    if STORAGE == "s3"
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "mediaportal.core.staticfinders.PortalStaticStorage"},
}


def _bucket_origins() -> list[str]:
    """Where browsers send bytes straight to: the origins that addresses signed for the bucket may have."""
    if STORAGE != "s3":
        return []
    if own := S3_PUBLIC_ENDPOINT_URL or S3_ENDPOINT_URL:
        scheme, _slashes, host = own.partition("://")
        host = host.partition("/")[0]
        return [f"{scheme}://{host}", f"{scheme}://{S3_BUCKET}.{host}"]
    hosts = ["s3.amazonaws.com", *([f"s3.{S3_REGION}.amazonaws.com"] if S3_REGION else [])]
    return [f"https://{name}" for host in hosts for name in (f"{S3_BUCKET}.{host}", host)]


def _delivery_origins() -> list[str]:
    """Where segments and downloads come from, where that is not the portal."""
    if STORAGE != "s3" or S3_DELIVERY == "proxy":
        return []
    return [f"https://{CLOUDFRONT_DOMAIN}"] if S3_DELIVERY == "cloudfront" else _bucket_origins()


MEDIA_BUCKET = S3_BUCKET if STORAGE == "s3" else "local"
# Where bytes lie while they come. On local storage the same file system, so that acceptance is a rename.
INCOMING_ROOT = env.path("INCOMING_ROOT", (VAR_DIR if STORAGE == "s3" else MEDIA_ROOT) / "incoming")
# What each machine keeps at most of the bucket's files that its workers have fetched, in bytes.
FETCHED_MOST = env.size("FETCHED_MOST", 20 * 1024**3)

# --- Limits -----------------------------------------------------------------------------------------------------
MAX_FILE_SIZE = env.size("MAX_FILE_SIZE", 5 * 1024**3)
MAX_POSTER_SIZE = env.size("MAX_POSTER_SIZE", 20 * 1024**2)
MAX_IMAGE_PIXELS = env.number("MAX_IMAGE_PIXELS", 80_000_000, least=1)
MIN_FREE_SPACE = env.size("MIN_FREE_SPACE", 512 * 1024**2)
UPLOADS_AT_ONCE = env.number("UPLOADS_AT_ONCE", 12, least=1)
UPLOAD_STALE_MINUTES = env.number("UPLOAD_STALE_MINUTES", 15, least=5)
UPLOAD_EXPIRE_HOURS = env.number("UPLOAD_EXPIRE_HOURS", 24, least=1)
IMPORT_ALLOWED_NETWORKS = env.networks("IMPORT_ALLOWED_NETWORKS")
IMPORT_SECONDS = env.number("IMPORT_SECONDS", 7200, least=1)
IMPORTS_AT_ONCE = env.number("IMPORTS_AT_ONCE", 2, least=1)
IMPORTS_WAITING = env.number("IMPORTS_WAITING", 20, least=1)
GUEST_TRIES = env.number("GUEST_TRIES", 120, least=1)
USER_QUOTA = env.size("USER_QUOTA", 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
LINK_SECONDS = env.number("LINK_SECONDS", 900, least=30)
LINKS_BOUND_TO_ADDRESS = env.flag("LINKS_BOUND_TO_ADDRESS", default=False)
# Other origins whose pages may read manifests and segments ("*": all), and where nginx serves the storage internally.
MEDIA_ORIGINS = env.words("MEDIA_ORIGINS")
X_ACCEL_LOCATION = env.text("X_ACCEL_LOCATION")
ORPHAN_GRACE_HOURS = env.number("ORPHAN_GRACE_HOURS", 24, least=1)
INTERIM_KEEP_DAYS = env.number("INTERIM_KEEP_DAYS", 7)
STEP_LEASE_SECONDS = env.number("STEP_LEASE_SECONDS", 60, least=5)
STEP_ATTEMPTS = env.number("STEP_ATTEMPTS", 3, least=1)
# How much the programs of steps yield that nobody waits for before a screen (0 to 19).
STEP_NICENESS = env.number("STEP_NICENESS", 10, most=19)
STEP_MOST_SECONDS = env.number("STEP_MOST_SECONDS", 43_200, least=60)
# Long steps (ladders, chunks) that each transcode worker carries out at once; one thread more is kept for first plays.
TRANSCODE_CONCURRENCY = env.number("TRANSCODE_CONCURRENCY", 1, least=1)
CHUNKED_ENCODING = env.choice("CHUNKED_ENCODING", "auto", ("off", "auto", "on"))
CHUNK_SECONDS = env.number("CHUNK_SECONDS", 60, least=4)
CHUNK_FROM_SECONDS = env.number("CHUNK_FROM_SECONDS", 300, least=8)
TRANSCODE_ENGINE = env.choice("TRANSCODE_ENGINE", "local", ("local",))

# --- The gate ---------------------------------------------------------------------------------------------------
CLAMD_URL = env.text("CLAMD_URL")
SCANNER = env.choice("SCANNER", "clamd" if CLAMD_URL else "none", ("none", "clamd"))
if SCANNER == "clamd" and not CLAMD_URL.startswith(("unix:/", "tcp://")):
    raise EnvError("CLAMD_URL must be unix:/path or tcp://host:port")
SCAN_POLICY = env.choice(
    "SCAN_POLICY", "optional" if SCANNER == "none" else "required", ("required", "optional")
)
if SCAN_POLICY == "required" and SCANNER == "none":
    raise EnvError("SCAN_POLICY=required needs a scanner: set CLAMD_URL")
CLAMD_SHARED_PATH = env.flag("CLAMD_SHARED_PATH", default=False)
CLAMD_MAX_BYTES = env.size("CLAMD_MAX_BYTES", 100 * 1024**2)
CLAMD_CONFIG = env.text("CLAMD_CONFIG")
SCAN_SECONDS = env.number("SCAN_SECONDS", 600, least=1)
SCAN_RETRY_SECONDS = env.number("SCAN_RETRY_SECONDS", 20, least=1)
ALLOW_UNSANDBOXED = env.flag("ALLOW_UNSANDBOXED", default=False)

# --- Keys and licences ------------------------------------------------------------------------------------------
# A key server of a commercial DRM (SPEKE v2), and who asks it: by name and password, or signed as AWS wants it.
SPEKE_URL = env.text("SPEKE_URL")
if SPEKE_URL and not re.match(r"https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/]", SPEKE_URL):
    raise EnvError("SPEKE_URL must begin with https://, as keys come from there")
SPEKE_USER = env.text("SPEKE_USER")
SPEKE_PASSWORD = env.text("SPEKE_PASSWORD")
SPEKE_AWS_REGION = env.text("SPEKE_AWS_REGION")
SPEKE_SECONDS = env.number("SPEKE_SECONDS", 20, least=1)
# Where players get licences of the installation's DRM systems.
DRM_WIDEVINE_LICENSE_URL = env.text("DRM_WIDEVINE_LICENSE_URL")
DRM_FAIRPLAY_LICENSE_URL = env.text("DRM_FAIRPLAY_LICENSE_URL")
DRM_FAIRPLAY_CERTIFICATE_URL = env.text("DRM_FAIRPLAY_CERTIFICATE_URL")
DRM_PLAYREADY_LICENSE_URL = env.text("DRM_PLAYREADY_LICENSE_URL")
# Whether the portal itself gives keys to players that may play: whoever has a DRM does not want them given.
CLEARKEY = env.flag(
    "CLEARKEY",
    default=not (
        SPEKE_URL or DRM_WIDEVINE_LICENSE_URL or DRM_FAIRPLAY_LICENSE_URL or DRM_PLAYREADY_LICENSE_URL
    ),
)
LICENSE_TRIES = env.number("LICENSE_TRIES", 1200, least=1)


def _drm_origins() -> list[str]:
    """Where players get licences from, as the origins of other machines."""
    urls = (
        DRM_WIDEVINE_LICENSE_URL,
        DRM_FAIRPLAY_LICENSE_URL,
        DRM_FAIRPLAY_CERTIFICATE_URL,
        DRM_PLAYREADY_LICENSE_URL,
    )
    parts = [urlsplit(url) for url in urls if url]
    return list(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts if part.netloc))


# --- A folder that files are taken from (manage.py watch) --------------------------------------------------------
WATCH_FOLDER = env.path("WATCH_FOLDER", BASE_DIR) if env.text("WATCH_FOLDER") else None
WATCH_OWNER = env.text("WATCH_OWNER")
WATCH_STILL_SECONDS = env.number("WATCH_STILL_SECONDS", 10, least=1)

# --- Watching ---------------------------------------------------------------------------------------------------
# Which sites may show the embedded player in a frame: none, or origins, 'self', or * for all.
EMBED_FRAME_ANCESTORS = env.words("EMBED_FRAME_ANCESTORS", ("'none'",)) or ["'none'"]
# Which stills of an encrypted film are clear to whoever may play it.
ENCRYPTED_STILLS = env.choice("ENCRYPTED_STILLS", "all", ("all", "poster", "none"))
VIEW_ANALYTICS = env.choice("VIEW_ANALYTICS", "on", ("on", "consent", "off"))
VIEW_BEACONS = env.number("VIEW_BEACONS", 600, least=1)

# --- Figures for Prometheus -------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:  # noqa: PLR2004 - shorter ones can be guessed
    raise EnvError("METRICS_TOKEN must have at least 16 characters")

# --- People -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SIGN_IN_TRIES = env.number("SIGN_IN_TRIES", 20, least=1)
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "library"
LOGOUT_REDIRECT_URL = "sign-in"

# --- Languages --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- The API ----------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["mediaportal.core.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "mediaportal.core.paging.PortalCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Callers are told apart by the address that the server saw; headers that anybody can write do not count.
    "NUM_PROXIES": 0,
    "DEFAULT_THROTTLE_RATES": {"sign_in": f"{SIGN_IN_TRIES}/min"},
    "EXCEPTION_HANDLER": "mediaportal.core.doors.drf_exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": True,
    # A changed password ends every token that was given out before.
    "CHECK_REVOKE_TOKEN": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mediaportal",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_PUBLIC": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "mediaportal.openapi.add_raw_paths",
        "mediaportal.openapi.add_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- The work ---------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = _redis(0).replace("unix:", "redis+socket:").replace("?db=", "?virtual_host=")
# A message that got lost is sent again by a sweeper, so messages need not be kept until they are worked off. When they
# are, a worker whose connection to Redis breaks tries to put them back on the broken connection, and ends by it. Nobody
# waits for a Redis that has stopped to answer: without limits an upload would be kept for as long as that lasts.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "ack_emulation": False,
    "socket_timeout": 3,
    "socket_connect_timeout": 3,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = (
    None  # without bound: by itself a worker gives up within the hour, and ends
)
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Safe by default --------------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # The player and the admin set style attributes from scripts and templates of their own.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:", *_delivery_origins()],
        "font-src": [SELF],
        "connect-src": [SELF, *dict.fromkeys([*_bucket_origins(), *_delivery_origins()]), *_drm_origins()],
        "worker-src": [SELF, "blob:"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    # A message says only that a queue has work; that one came and went is no news. Steps log for themselves.
    "loggers": {
        name: {"level": "WARNING"} for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat")
    },
}
UNFOLD = adminlook.settings_of(SITE_NAME)
# A message is stale by the clock of the machine that takes it, which may be another one than that of beat: were this as
# short as the time between two sweeps, a clock that is a little fast would end all sweeping.
_STALE_SECONDS = 900
_UPKEEP = {"queue": "upkeep", "expires": 3_600}
CELERY_BEAT_SCHEDULE = {
    "processing.sweep": {
        "task": "processing.sweep",
        "schedule": 10.0,
        "options": {"queue": "upkeep", "expires": _STALE_SECONDS},
    },
    "processing.forget_interim": {
        "task": "processing.forget_interim",
        "schedule": 3_600.0,
        "options": _UPKEEP,
    },
    **ANALYSIS_SCHEDULE,  # noqa: F405 - from the part of this file
    **MODERATION_SCHEDULE,  # noqa: F405 - likewise
    "assets.sweep_uploads": {
        "task": "assets.sweep_uploads",
        "schedule": 180.0,
        "options": {"queue": "upkeep", "expires": _STALE_SECONDS},
    },
    "assets.sweep_orphans": {
        "task": "assets.sweep_orphans",
        "schedule": 86_400.0,
        "options": _UPKEEP,
    },
    "notifications.sweep": {
        "task": "notifications.sweep",
        "schedule": 30.0,
        "options": {"queue": "notify", "expires": _STALE_SECONDS},
    },
    "notifications.prune": {
        "task": "notifications.prune",
        "schedule": 86_400.0,
        "options": {"queue": "notify", "expires": 3_600},
    },
}
