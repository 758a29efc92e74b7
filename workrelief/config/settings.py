"""Django settings; what differs between machines comes from `config/env.py`."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from workrelief.config.env import ENV, ROOT

MODE = ENV.mode
DEBUG = ENV.wants_debug
SECRET_KEY = ENV.secret("SECRET_KEY", ENV.secret_key, digits=64)
DATA_KEY = ENV.secret("DATA_KEY", ENV.data_key, digits=32)
INDEX_KEY = ENV.secret("INDEX_KEY", ENV.index_key, digits=64)
ALLOWED_HOSTS = [h.strip() for h in ENV.allowed_hosts.split(",") if h.strip()]
DATA_DIR = ENV.data_path
DEMO_MODE = ENV.is_demo
PRODUCT_NAME = "以工代赈综合管理平台"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "workrelief.base.law",
    "workrelief.base.audit",
    "workrelief.base.divisions",
    "workrelief.base.accounts",
    "workrelief.base.files",
    "workrelief.base.jobs",
    "workrelief.base.intake",
    "workrelief.figures.ledger",
    "workrelief.figures.snapshots",
    "workrelief.work.catalogue",
    "workrelief.work.lifecycle",
    "workrelief.work.lists",
    "workrelief.work.funds",
    "workrelief.work.projects",
    "workrelief.work.workers",
    "workrelief.work.payroll",
    "workrelief.work.training",
    "workrelief.outputs.bulletins",
    "workrelief.faces.web",
    "workrelief.faces.commands",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "workrelief.faces.shared.middleware.RequestBoundary",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "workrelief.faces.shared.middleware.ActingPost",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "workrelief.config.urls"
WSGI_APPLICATION = "workrelief.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "workrelief" / "faces" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workrelief.faces.web.context.frame",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    if ENV.database_url:
        url = urlsplit(ENV.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path.lstrip("/"),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # Tables lie in memory or on solid disks: a covering index is walked in order, not the whole table sorted.
            "OPTIONS": {"options": "-c random_page_cost=1.1"},
        }
    path = ENV.db_path or str(DATA_DIR / "db.sqlite3")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=268435456;",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FILES_DIR = DATA_DIR / "files"
MIRROR_DIR = DATA_DIR / "mirror"
UPLOAD_BYTES = int(ENV.upload_mb) * 1024 * 1024

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "workrelief.base.accounts.passwords.OfficialPasswordRule"}]
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:workbench"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1 / 3  # hours: rule O02, parameter login_lock_minutes
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "workrelief.faces.web.views.auth.locked_page"
AXES_IPWARE_PROXY_COUNT = int(ENV.proxies)
# In files, not in the database: a session is saved with every page, and on SQLite a long import would hold up every reader.
SESSION_ENGINE = "django.contrib.sessions.backends.file"
SESSION_FILE_PATH = DATA_DIR / "sessions"
SESSION_FILE_PATH.mkdir(parents=True, exist_ok=True, mode=0o700)
SESSION_COOKIE_AGE = 30 * 60  # rule O02, parameter session_idle_minutes
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "workrelief.faces.web.views.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENV.wants_https
SECURE_HSTS_SECONDS = 31_536_000 if ENV.wants_https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "workrelief" / "faces" / "web" / "assets", DATA_DIR / "assets"]
(DATA_DIR / "assets").mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

JOBS_EAGER = MODE == "test"  # jobs run at once, in the process that asks for them
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

DUCKDB_MEMORY = ENV.duckdb_memory
DUCKDB_THREADS = int(ENV.duckdb_threads)
SPARK_URL = ENV.spark_url
SPARK_ABOVE_ROWS = int(ENV.spark_above_rows)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"workrelief": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
