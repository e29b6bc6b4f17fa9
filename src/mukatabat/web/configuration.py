# SPDX-License-Identifier: EUPL-1.2
"""The one typed, frozen settings object, read once from the environment and secret files."""

from __future__ import annotations

import os
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mukatabat.kernel.addresses import is_trusted


class Configuration(BaseSettings):
    """What an installation decides. Every field is an environment variable with the prefix ``MUKATABAT_``.

    No field holds a secret: environments are inherited by children and shown by the system's tools. Each secret lies in
    a file readable by the service alone, named by a field that ends in ``_file``, or is a systemd credential.
    """

    model_config = SettingsConfigDict(env_prefix="MUKATABAT_", frozen=True, extra="ignore")

    var: Path = Path("var")
    database_url: str = ""
    database_password_file: Path | None = None
    owner_database_url: str = ""
    owner_password_file: Path | None = None
    backup_password_file: Path | None = None
    postgres_programs: Path | None = None
    metrics_dir: Path | None = None
    watchers: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    watch_token_file: Path | None = None
    behind_proxy: bool = False
    static_dir: Path | None = None
    log_form: Literal["json", "human", ""] = ""
    secret_key_file: Path | None = None
    development: bool = False
    port: int = 8600
    origins: tuple[str, ...] = ()
    csc_url: str = ""
    csc_client_id: str = ""
    csc_secret_file: Path | None = None
    time_stamp_url: str = ""
    authorities: Path | None = None
    revocation_lists: tuple[str, ...] = ()
    store_bucket: str = ""
    store_endpoint: str = ""
    store_region: str = "us-east-1"
    store_credentials_file: Path | None = None
    clamd_socket: Path | None = None
    vault_passphrase_file: Path | None = None
    vault_key_file: Path | None = None
    key_store: Literal["software", "token"] = "software"
    token_module: Path | None = None
    token_label: str = "mukatabat"
    token_pin_file: Path | None = None
    verification_origin: str = ""
    rate_factor: float = 1.0
    oidc_file: Path | None = None
    events_waiting: int = 1
    events_kept_days: int = 30
    webhook_networks: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_encryption: str = "starttls"
    smtp_sender: str = "mukatabat@localhost"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    sms_url: str = ""
    sms_secret_file: Path | None = None
    notices_url: str = ""
    notices_secret_file: Path | None = None
    ledger_origin: str = ""
    ledger_policy_file: Path | None = None

    @field_validator("verification_origin")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        """Without a path or a slash at its end, since it is printed on paper and the codes hang on it for decades."""
        parts = urlsplit(value)
        plain = parts.scheme in {"http", "https"} and parts.netloc and value == f"{parts.scheme}://{parts.netloc}"
        if value and not plain:
            message = "MUKATABAT_VERIFICATION_ORIGIN is scheme and host alone, for example https://verify.example."
            raise ValueError(message)
        return value

    @field_validator("authorities")
    @classmethod
    def _is_a_folder(cls, value: Path | None) -> Path | None:
        """Told at the start: a folder that is not there would be trusted to hold nothing."""
        if value is not None and not value.is_dir():
            message = f"MUKATABAT_AUTHORITIES names {value}, which is no folder that this user may look into."
            raise ValueError(message)
        return value

    @field_validator("csc_url")
    @classmethod
    def _is_trusted(cls, value: str) -> str:
        """Told at the start, and not by the first letter that is to be signed."""
        if value and not is_trusted(value):
            message = "MUKATABAT_CSC_URL begins with https, for example https://signing.example/csc/v2"
            raise ValueError(message)
        return value

    @field_validator("watchers", "webhook_networks")
    @classmethod
    def _are_networks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Told at the start, and not by the first request that asks."""
        for value in values:
            try:
                ip_network(value)
            except ValueError as error:
                message = f"{value} is not a network, such as 10.0.0.0/24 or fd00::/64: {error}"
                raise ValueError(message) from None
        return values

    @cached_property
    def secret_key(self) -> str:
        """The secret of sessions and signatures, from its file; a development run may do without the file."""
        file = self.credential("secret-key", self.secret_key_file)
        if file is not None:
            return file.read_text(encoding="ascii").strip()
        if self.development:
            return "development-only"
        message = "MUKATABAT_SECRET_KEY_FILE is not set; name a file readable by the service alone."
        raise RuntimeError(message)

    @property
    def ledger_name(self) -> str:
        """The name of the host's log, such as verify.example/log: a name without scheme, as a checkpoint begins."""
        return self.ledger_origin or f"{urlsplit(self.verification_origin).netloc or 'localhost'}/log"

    @field_validator("ledger_origin")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        """One word without a plus sign, as signatures of notes ask for."""
        if value and (len(value) > 200 or "+" in value or value.split() != [value]):
            message = "MUKATABAT_LEDGER_ORIGIN is one word, for example exchange.example/log."
            raise ValueError(message)
        return value

    def credential(self, name: str, stated: Path | None) -> Path | None:
        """The file of a secret: as stated, else the systemd credential of that name if this service was given it."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        given = Path(folder) / name if folder else None
        return stated or (given if given is not None and given.is_file() else None)

    def database(self) -> dict[str, object]:
        """Django's DATABASES entry: the owner's connection when it was given (migrations), else the application's."""
        for url in (self.owner_database_url, self.database_url):
            if not self.development and urlsplit(url).password is not None:
                message = (
                    "A database address in the environment holds a password. Put the password into a file, name that "
                    "by MUKATABAT_DATABASE_PASSWORD_FILE, and take it out of the address; or connect by socket."
                )
                raise RuntimeError(message)
        if self.owner_database_url:
            return database_settings(self.owner_database_url, pooled=False, password=self.password_of("owner"))
        return database_settings(self.database_url, pooled=True, password=self.password_of("database"))

    def password_of(self, role: str) -> str:
        """The password of a database role ("database" for the application's, "owner", "backup"), "" without its file.

        It is the file that the configuration states, else the systemd credential such as "owner-password".
        """
        file = self.credential(f"{role}-password", getattr(self, f"{role}_password_file"))
        return file.read_text(encoding="utf-8").strip() if file is not None else ""


# After ten seconds of silence the other host is asked, three times; what it does not acknowledge within twenty is given
# up. The first is libpq's, for our end, the second PostgreSQL's, for the end that it holds; a socket heeds neither.
_WATCHED_HERE = {
    "connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}  # fmt: skip
_WATCHED_THERE = {
    "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20000",
}  # fmt: skip


def database_settings(url: str, *, pooled: bool, password: str = "") -> dict[str, object]:
    """Translate a PostgreSQL URL (host may be a socket directory in ``?host=``) to Django's settings.

    A ``password`` from a file wins over one in the address. The pool is as large as the threads of one process; what it
    hands out is looked at first, with one empty round trip, so that nobody meets the end of a connection of before
    PostgreSQL was restarted. Either side notices within half a minute that the other's host is gone: a host that lost
    its power does not say that its transactions ended, and what they locked would stay locked for hours.
    """
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    # Whoever changes tables waits for nobody: behind a waiting change every reader would wait as well.
    asked = _WATCHED_THERE if pooled else _WATCHED_THERE | {"lock_timeout": "5s"}
    options: dict[str, object] = {**_WATCHED_HERE, "options": " ".join(f"-c {name}={asked[name]}" for name in asked)}
    if pooled:
        options["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "mukatabat",
        "USER": unquote(parts.username or ""),
        "PASSWORD": password or unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": query.get("port", str(parts.port or "")),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": pooled,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
