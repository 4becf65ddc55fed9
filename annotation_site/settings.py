"""All settings, from the environment, safe by default.

With neither DATABASE_URL nor CELERY_BROKER_URL set the site runs embedded: SQLite, a file-system broker, a secret key
that is generated once and kept, everything under CHEEMS_DATA_DIR, reachable from this machine only. With either set it
is a grown installation: SECRET_KEY and ALLOWED_HOSTS are required and cookies travel over HTTPS only.
"""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from annotate.domain.states import (
    Adapter,
    AgreementMeasure,
    BoardKind,
    CallOutcome,
    CallRunState,
    DiscussionState,
    EvaluationState,
    ExamState,
    ExpertiseState,
    FilterState,
    FlagCode,
    FlagState,
    ImportState,
    JudgeLanguage,
    JudgeOrder,
    JudgeScope,
    LoopStart,
    LoopState,
    LoopTrigger,
    ModelKind,
    PromotionRule,
    PromotionState,
    PromptState,
    RecipeState,
    ReviewStage,
    ReviewState,
    RunState,
    SecondOpinionState,
    SetState,
    SuspicionState,
    VariantState,
    Verdict,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("CHEEMS_DATA_DIR", BASE_DIR / "var")).resolve()
EMBEDDED = not (os.environ.get("DATABASE_URL") or os.environ.get("CELERY_BROKER_URL"))


def env_flag(name: str, default: bool) -> bool:
    """Read a yes/no variable; anything but 1, true, yes, on counts as no."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    """Read a comma-separated variable."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _embedded_secret_key() -> str:
    """Return the key kept in the data folder, creating it once, readable by its owner only."""
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    path = DATA_DIR / "secret_key"
    candidate = DATA_DIR / f".secret_key.{os.getpid()}"
    if not path.exists():
        descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            # A hard link appears whole or not at all, so web and worker starting together agree on one key.
            os.link(candidate, path)
        except FileExistsError:
            pass
        finally:
            candidate.unlink()
    return path.read_text().strip()


DEBUG = env_flag("DEBUG", False)
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured(
            "SECRET_KEY is required when DATABASE_URL or CELERY_BROKER_URL is set. "
            'Generate one: python -c "import secrets; print(secrets.token_urlsafe(64))"'
        )
    SECRET_KEY = _embedded_secret_key()

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if EMBEDDED else "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SECURE_COOKIES = env_flag("SECURE_COOKIES", not (EMBEDDED or DEBUG))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = env_flag("SECURE_SSL_REDIRECT", False)
SECURE_HSTS_SECONDS = int(os.environ.get("SECURE_HSTS_SECONDS", "0"))
if env_flag("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "annotate",
    "rm_training",
    "collaboration",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "annotation_site.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotation_site.middleware.PersonLanguageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "annotation_site.urls"
WSGI_APPLICATION = "annotation_site.wsgi.application"
ASGI_APPLICATION = "annotation_site.asgi.application"
TEMPLATES: list[dict[str, object]] = []

if os.environ.get("DATABASE_URL"):
    DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60)}
else:
    DATABASES = {"default": dj_database_url.parse(f"sqlite:///{DATA_DIR / 'cheems.sqlite3'}", conn_max_age=60)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # An immediate transaction takes the write lock at its start, so that two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # In memory a test database has one connection; what is tested is what happens between several.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "annotate.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# HSTS for all hosts of a domain, and the browsers' preload lists, are for whoever owns the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TIME_ZONE", "Asia/Shanghai")

FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [("app", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []
# Vite hashes the names of what it builds and compresses it, so WhiteNoise serves straight from the folders: no
# collectstatic is needed.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/"
_FILE_SYSTEM = "django.core.files.storage.FileSystemStorage"
ARTIFACTS_STORAGE = os.environ.get("ARTIFACTS_STORAGE", _FILE_SYSTEM)
# JSON, handed to the back end: {"bucket_name": "…"} for S3.
ARTIFACTS_OPTIONS = json.loads(os.environ.get("ARTIFACTS_STORAGE_OPTIONS", "{}"))
if ARTIFACTS_STORAGE == _FILE_SYSTEM:
    ARTIFACTS_OPTIONS.setdefault("location", str(DATA_DIR / "artifacts"))
STORAGES = {
    "default": {"BACKEND": _FILE_SYSTEM, "OPTIONS": {"location": str(DATA_DIR / "uploads")}},
    "artifacts": {"BACKEND": ARTIFACTS_STORAGE, "OPTIONS": ARTIFACTS_OPTIONS},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
RUNS_DIR = Path(os.environ.get("CHEEMS_RUNS_DIR", DATA_DIR / "runs")).resolve()
BASES_DIR = Path(os.environ.get("CHEEMS_BASES_DIR", DATA_DIR / "bases")).resolve()
EXTRA_BASES = env_list("CHEEMS_BASES")
# {name of a model: SHA-256 of its code}: code of strangers, which runs only where the operator has read it.
REMOTE_CODE = dict(entry.split("=", 1) for entry in env_list("CHEEMS_REMOTE_CODE"))
IMPORT_MAX_BYTES = int(os.environ.get("CHEEMS_IMPORT_MAX_MB", "2048")) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["annotate.api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["annotate.api.renderers.HarmlessJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "annotate.api.errors.exception_handler",
    # How many proxies of ours stand in front and may be believed about the visitor's address.
    "NUM_PROXIES": int(os.environ.get("TRUSTED_PROXIES", "0")),
    "DEFAULT_THROTTLE_RATES": {"login": os.environ.get("LOGIN_RATE", "30/min")},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cheems Annotate",
    "DESCRIPTION": "Human preference data for Chinese language models, and reward models from it.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        vocabulary.__name__: [word.value for word in vocabulary]
        for vocabulary in (
            Adapter,
            AgreementMeasure,
            BoardKind,
            CallOutcome,
            CallRunState,
            DiscussionState,
            EvaluationState,
            ExamState,
            ExpertiseState,
            FilterState,
            FlagCode,
            FlagState,
            ImportState,
            LoopStart,
            LoopState,
            LoopTrigger,
            ModelKind,
            PromotionRule,
            PromotionState,
            JudgeLanguage,
            JudgeOrder,
            JudgeScope,
            PromptState,
            RecipeState,
            ReviewStage,
            ReviewState,
            RunState,
            SecondOpinionState,
            SetState,
            SuspicionState,
            VariantState,
        )
    }
    | {"LanguageEnum": LANGUAGES, "VerdictEnum": [word.value for word in Verdict]},
}

# Shared by all web processes, or guesses of a password would be counted in each of them apart.
_CACHE_REDIS = os.environ.get("CACHE_URL") or os.environ.get("CELERY_BROKER_URL", "")
if _CACHE_REDIS.startswith(("redis://", "rediss://")):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _CACHE_REDIS}}
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
        }
    }

_BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL") or "filesystem://localhost//"
if CELERY_BROKER_URL.startswith("filesystem://"):
    for _folder in ("messages", "control"):
        (_BROKER_DIR / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_DIR / "messages"),
        "data_folder_out": str(_BROKER_DIR / "messages"),
        "control_folder": str(_BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_TASK_ROUTES = {
    "rm_training.tasks.run_train": {"queue": "gpu"},
    "rm_training.tasks.evaluation_run": {"queue": "gpu"},
    "rm_training.tasks.scoring_run": {"queue": "gpu"},
    # They wait for other machines for hours, and must keep no import waiting.
    "annotate.tasks.judge_run": {"queue": "calls"},
    "annotate.tasks.sampling_run": {"queue": "calls"},
}
CELERY_BEAT_SCHEDULE = {
    "leases": {"task": "annotate.tasks.leases_release", "schedule": 60.0},
    "escalations": {"task": "annotate.tasks.discussions_escalate", "schedule": 60.0},
    "lost-jobs": {"task": "annotate.tasks.jobs_requeue", "schedule": 30.0},
    "lost-calls": {"task": "annotate.tasks.call_runs_requeue", "schedule": 30.0},
    "figures": {"task": "annotate.tasks.figures_refresh", "schedule": 30.0},
    "notices": {"task": "annotate.tasks.notices_mail", "schedule": 60.0},
    "lost-runs": {"task": "rm_training.tasks.runs_requeue", "schedule": 30.0},
    "waiting": {"task": "collaboration.tasks.wake_everything", "schedule": 30.0},
}
# smtp://name:password@host:587 (STARTTLS), smtps://name:password@host:465, or smtp://host:25 without a name: no TLS.
EMAIL_URL = os.environ.get("EMAIL_URL", "")
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    if _mail.scheme not in {"smtp", "smtps"} or not _mail.hostname:
        raise ImproperlyConfigured("EMAIL_URL must read smtp://name:password@host:port or smtps://…")
    EMAIL_HOST = _mail.hostname
    EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp" and bool(EMAIL_HOST_USER)
    EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "cheems-annotate@localhost")
# Where people reach the site, for links in mails.
SITE_ADDRESS = os.environ.get("SITE_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
JOB_HEARTBEAT_SECONDS = int(os.environ.get("CHEEMS_JOB_HEARTBEAT_SECONDS", "5"))
# A job without a heartbeat for this long is taken for dead and queued again.
JOB_LOST_SECONDS = int(os.environ.get("CHEEMS_JOB_LOST_SECONDS", "60"))
# How a worker trains: processes on its host (one a GPU), what they share, and where curves go besides the run's page.
TRAIN_PROCESSES = int(os.environ.get("CHEEMS_TRAIN_PROCESSES", "1"))
TRAIN_PARALLEL = os.environ.get("CHEEMS_TRAIN_PARALLEL", "ddp")
TRAIN_REPORT_TO = env_list("CHEEMS_TRAIN_REPORT_TO")
# How often a call to a model is tried while its endpoint is busy or cannot be reached.
CALL_TRIES = int(os.environ.get("CHEEMS_CALL_TRIES", "6"))
# The hosts that endpoints may name; empty for any.
ENDPOINT_HOSTS = env_list("CHEEMS_ENDPOINT_HOSTS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
