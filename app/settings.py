"""What an installation can set: environment (`GONGKAI_…`) first, then a TOML file, then defaults.

Every field carries its description; docs/settings.md is generated from them. A value is checked
when it is read (`app.settings_reading`).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.settings_bots import BotSettings
from app.settings_conversing import ConversingSettings
from app.settings_opinion import OpinionSettings
from app.settings_portal import PortalSettings
from hub.catalogue.numbering.index_numbers import DEFAULT_PATTERN, IndexPattern
from hub.kernel.errors import InvalidInput

__all__ = ["ENV_PREFIX", "LogFormat", "LogLevel", "Settings"]

ENV_PREFIX = "GONGKAI_"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    AUTO = "auto"  # console on a terminal, JSON elsewhere
    CONSOLE = "console"
    JSON = "json"


class Settings(BotSettings, ConversingSettings, OpinionSettings, PortalSettings, BaseSettings):
    """One installation. Sizes are counts, times are in the unit their name says."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(Path("var"), description="Folder for everything the hub writes.")
    database_url: str = Field(
        "",
        repr=False,
        description="`sqlite:///PATH` or `postgresql+asyncpg://USER:PASSWORD@HOST/NAME`. "
        "Empty: `gongkai.db` in `home`.",
    )
    redis_url: str = Field(
        "",
        repr=False,
        description="`redis://HOST:PORT/N`: limits, tokens and sessions that processes share. "
        "Empty: each process has its own.",
    )
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="AES-256 keys that seal credentials at rest, `ID:BASE64`, separated by "
        "commas; the first one seals, all of them open. Empty with SQLite: `secret.key` in "
        "`home`, made on first use.",
    )
    site_url: str = Field(
        "http://127.0.0.1:8080",
        description="Public base address of the website, without a trailing slash; links to "
        "items begin with it.",
    )
    http_host: str = Field("127.0.0.1", description="Address the HTTP server listens on.")
    http_port: int = Field(8080, ge=0, le=65535, description="Its port; 0 takes a free one.")
    time_zone: str = Field(
        "Asia/Shanghai", description="IANA zone of wall-clock times given without one."
    )
    index_pattern: str = Field(
        DEFAULT_PATTERN,
        description="How index numbers are made, of `{org}` (the body's official code, else ours), "
        "`{year}`, `{month:02}` and `{serial:05}`; the serial counts per body and year.",
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="Least severe line that is written.")
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="`auto` is `console` on a terminal and `json` elsewhere."
    )
    connections: int = Field(
        256, ge=1, le=10_000, description="Outside calls that may run at the same time."
    )
    lease_seconds: int = Field(
        120,
        ge=30,
        le=3_600,
        description="How long a worker owns a delivery before another may settle it; longer than "
        "any single call.",
    )
    sweep_seconds: int = Field(
        5,
        ge=1,
        le=300,
        description="How often the database is searched for what a wake-up lost.",
    )
    outage_minutes: int = Field(
        30,
        ge=1,
        description="Deliveries overdue by more than this after a gap are held for a person.",
    )
    default_not_after_minutes: int = Field(
        720,
        ge=1,
        description="How long after its due time a delivery may still be sent, where the plan "
        "says nothing.",
    )
    alert_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Where operators are alerted, as apprise addresses "
        "(https://appriseit.com/services/), separated by blanks. Empty: nobody is.",
    )
    incident_minutes: int = Field(
        60,
        ge=1,
        description="Trouble of one channel and cause that comes again within this time is the "
        "same incident, and no second alert.",
    )
    ring_percent: float = Field(
        1.0,
        gt=0,
        lt=100,
        description="The second ring of a plan in rings: this share of each channel's accounts.",
    )
    ring_error_percent: float = Field(
        5.0,
        ge=0,
        lt=100,
        description="A ring stops when more than this share of its accounts has failed.",
    )
    ring_errors: int = Field(
        1, ge=1, description="The least number of failed accounts that stops a ring."
    )
    breaker_failures: int = Field(
        5,
        ge=2,
        le=100,
        description="So many failures in a row (no connection, busy, no answer) and an account is "
        "left alone; then one delivery now and then probes whether it is well again.",
    )
    breaker_platform_failures: int = Field(
        20,
        ge=5,
        le=1_000,
        description="The same for a platform (a channel at one address), over at least three of "
        "its accounts.",
    )
    breaker_window_seconds: int = Field(
        300, ge=10, le=3_600, description="The time within which those failures must come."
    )
    breaker_rest_seconds: int = Field(
        15,
        ge=1,
        le=600,
        description="How long the first rest takes; it doubles with every probe that fails, to "
        "five minutes.",
    )
    reread_days: int = Field(
        7,
        ge=0,
        le=365,
        description="For how many days public posts are read again and compared with what was "
        "signed: after an hour, after a day, then daily; 0: only once, when published.",
    )
    liveness_days: int = Field(
        14,
        ge=1,
        le=3_650,
        description="Days without an update after which an account counts as dormant; an account's "
        "own setting `liveness_days` wins, 0 there exempts it.",
    )
    reassess_days: int = Field(
        365,
        ge=1,
        le=3_650,
        description="Days after which what is withheld is assessed again (Regulation art. 18), "
        "unless its determination names a day.",
    )
    clock_warning_minutes: int = Field(
        60,
        ge=1,
        le=1_440,
        description="How long before the end of a clock of hours its unit is warned.",
    )
    clock_warning_days: int = Field(
        3, ge=1, le=60, description="The same for a clock of working days, in calendar days."
    )
    clock_leader_hours: int = Field(
        4, ge=0, le=720, description="Hours after its end at which the leader is told."
    )
    clock_office_hours: int = Field(
        24, ge=0, le=2_160, description="Hours after its end until the disclosure office is told."
    )
    emergency_step_minutes: int = Field(
        30, ge=1, le=1_440, description="How long each review step of an emergency may take."
    )
    search_home: Path = Field(
        Path(),
        description="Folder of the search index, on a local disk; it is made from the database. "
        "Empty: `search` in `home`.",
    )
    search_processes: int = Field(
        2, ge=1, le=64, description="Processes that cut texts into words when it is rebuilt."
    )

    @property
    def embedded(self) -> bool:
        """One process on SQLite, with no server beside it."""
        return self.database_url.startswith("sqlite")

    @property
    def database_path(self) -> Path:
        """The SQLite file; only in embedded mode."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("alert_urls", mode="before")
    @classmethod
    def _split_addresses(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("未知时区 / unknown IANA time zone") from error
        return value

    @field_validator("site_url")
    @classmethod
    def _public_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("应为 http(s) 地址 / must be an http(s) address")
        return value.rstrip("/")

    @field_validator("index_pattern")
    @classmethod
    def _known_pattern(cls, value: str) -> str:
        try:
            IndexPattern(value)
        except InvalidInput as error:
            raise ValueError(str(error.remedy)) from error
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("应以 redis:// 开头 / must begin with redis://")
        return value

    @model_validator(mode="before")
    @classmethod
    def _default_database(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("database_url"):
            home = Path(values.get("home") or "var").absolute()
            values = {**values, "database_url": f"sqlite:///{home / 'gongkai.db'}"}
        return values

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+asyncpg://")):
            raise ValueError(
                "应以 sqlite:/// 或 postgresql+asyncpg:// 开头 / must begin with sqlite:/// or "
                "postgresql+asyncpg://"
            )
        return value
