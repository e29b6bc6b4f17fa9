# SPDX-License-Identifier: EUPL-1.2
"""Django's settings, derived from :class:`mukatabat.web.configuration.Configuration`."""

from __future__ import annotations

from pathlib import Path

from mukatabat.access import configuration as access_configuration
from mukatabat.web.configuration import Configuration
from mukatabat.web.watching.logs import logging_settings

CONFIGURATION = Configuration()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = CONFIGURATION.secret_key
DEBUG = False
MUKATABAT_DEVELOPMENT = CONFIGURATION.development
MUKATABAT_VAR = CONFIGURATION.var
MUKATABAT_VAULT_DIR = CONFIGURATION.var / "vault"
MUKATABAT_STORE_BUCKET = CONFIGURATION.store_bucket
MUKATABAT_STORE_ENDPOINT = CONFIGURATION.store_endpoint
MUKATABAT_STORE_REGION = CONFIGURATION.store_region
MUKATABAT_STORE_CREDENTIALS_FILE = CONFIGURATION.credential("store-access", CONFIGURATION.store_credentials_file)
MUKATABAT_OWNER_PASSWORD_FILE = CONFIGURATION.credential("owner-password", CONFIGURATION.owner_password_file)
MUKATABAT_BACKUP_PASSWORD_FILE = CONFIGURATION.credential("backup-password", CONFIGURATION.backup_password_file)
MUKATABAT_POSTGRES_PROGRAMS = CONFIGURATION.postgres_programs
MUKATABAT_METRICS_DIR = CONFIGURATION.metrics_dir or CONFIGURATION.var / "metrics"
# Who may read metrics and readiness: networks, and whoever bears the token of this file.
MUKATABAT_WATCHERS = CONFIGURATION.watchers
MUKATABAT_WATCH_TOKEN_FILE = CONFIGURATION.credential("watch-token", CONFIGURATION.watch_token_file)
MUKATABAT_KEYS_DIR = CONFIGURATION.var / "keys"
MUKATABAT_VAULT_PASSPHRASE_FILE = CONFIGURATION.credential("vault-passphrase", CONFIGURATION.vault_passphrase_file)
MUKATABAT_VAULT_KEY_FILE = CONFIGURATION.credential("vault-key", CONFIGURATION.vault_key_file)
# Where new keys are made; a hardware token is at hand when its PKCS#11 module is named.
MUKATABAT_KEY_STORE = CONFIGURATION.key_store
MUKATABAT_TOKEN_MODULE = CONFIGURATION.token_module
MUKATABAT_TOKEN_LABEL = CONFIGURATION.token_label
MUKATABAT_TOKEN_PIN_FILE = CONFIGURATION.credential("token-pin", CONFIGURATION.token_pin_file)
MUKATABAT_CLAMD_SOCKET = CONFIGURATION.clamd_socket
MUKATABAT_SIGNING_DIR = CONFIGURATION.var / "signing"
MUKATABAT_VERIFICATION_ORIGIN = CONFIGURATION.verification_origin
MUKATABAT_RATE_FACTOR = CONFIGURATION.rate_factor
MUKATABAT_OIDC_FILE = CONFIGURATION.credential("oidc", CONFIGURATION.oidc_file)
# The trust service provider that keeps persons' keys, by the CSC API; without an address nobody signs by it.
MUKATABAT_CSC_URL = CONFIGURATION.csc_url
MUKATABAT_CSC_CLIENT_ID = CONFIGURATION.csc_client_id
MUKATABAT_CSC_SECRET_FILE = CONFIGURATION.credential("csc-secret", CONFIGURATION.csc_secret_file)
MUKATABAT_TIME_STAMP_URL = CONFIGURATION.time_stamp_url
# The certificates of the authorities whose word is believed: roots, and what stands between these and others.
MUKATABAT_AUTHORITIES = CONFIGURATION.authorities
MUKATABAT_REVOCATION_LISTS = CONFIGURATION.revocation_lists
# How many requests of one web process may wait for events at a time, each taking one of its threads.
MUKATABAT_EVENTS_WAITING = CONFIGURATION.events_waiting
MUKATABAT_EVENTS_KEPT_DAYS = CONFIGURATION.events_kept_days
# Private networks, such as the government's own, into which webhooks may lead.
MUKATABAT_WEBHOOK_NETWORKS = CONFIGURATION.webhook_networks
MUKATABAT_MAIL = {
    "host": CONFIGURATION.smtp_host,
    "port": CONFIGURATION.smtp_port,
    "encryption": CONFIGURATION.smtp_encryption,
    "sender": CONFIGURATION.smtp_sender,
    "user": CONFIGURATION.smtp_user,
    "password_file": CONFIGURATION.credential("smtp-password", CONFIGURATION.smtp_password_file),
}
# By channel: the address of the gateway that brings a message on, and the file of the secret that signs the calls.
MUKATABAT_GATEWAYS = {
    "sms": (CONFIGURATION.sms_url, CONFIGURATION.credential("sms-secret", CONFIGURATION.sms_secret_file)),
    "hook": (CONFIGURATION.notices_url, CONFIGURATION.credential("notices-secret", CONFIGURATION.notices_secret_file)),
}
# Where a message outside of the application says that it is opened; nothing where no origin was named.
MUKATABAT_ORIGIN = CONFIGURATION.origins[0] if CONFIGURATION.origins else ""
# The name under which the host's log signs, for good; by default the host that is printed on paper.
MUKATABAT_LEDGER_ORIGIN = CONFIGURATION.ledger_name
MUKATABAT_LEDGER_POLICY_FILE = CONFIGURATION.ledger_policy_file

ALLOWED_HOSTS = [".localhost", "127.0.0.1", "testserver", *(origin.split("//")[-1] for origin in CONFIGURATION.origins)]
CSRF_TRUSTED_ORIGINS = list(CONFIGURATION.origins)

ROOMS = [
    "tenancy", "audit", "directory", "notify", "access", "signing", "ledger", "vault", "press",
    "search", "exchange", "registers", "work", "letters", "portal",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    *(f"mukatabat.{room}" for room in ROOMS),
    "mukatabat.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mukatabat.web.middleware.packed",
    "mukatabat.web.watching.requests.observed",
    "mukatabat.web.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mukatabat.web.middleware.interface",
    "mukatabat.web.middleware.bounded",
    "mukatabat.web.readonly.read_only",
    "mukatabat.web.middleware.refusals",
    "mukatabat.web.middleware.typed_errors",
]
ROOT_URLCONF = "mukatabat.web.urls"
WSGI_APPLICATION = "mukatabat.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "mukatabat.web.shell.context",
            ],
            "builtins": ["mukatabat.web.templatetags.mk", "django.templatetags.i18n", "django.templatetags.static"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]

DATABASES = {"default": CONFIGURATION.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# One table for all web processes: rate limits must not depend on which process answers.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "web_cache"}}

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Kuwait"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = CONFIGURATION.static_dir or CONFIGURATION.var / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not CONFIGURATION.development
CSRF_COOKIE_SECURE = not CONFIGURATION.development
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "mukatabat.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "mukatabat.vault.uploading.SealedUploadHandler",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["mukatabat.web.jobs"]

for _name in access_configuration.DJANGO_SETTINGS:
    globals()[_name] = access_configuration.DJANGO_SETTINGS[_name]

if CONFIGURATION.behind_proxy:
    # The proxy sets both anew for every request; without a proxy they would be whatever a caller writes.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

LOGGING = logging_settings(
    human=CONFIGURATION.log_form == "human" or (not CONFIGURATION.log_form and CONFIGURATION.development)
)
