"""Where an installation's settings come from: the environment, then a TOML file, then defaults.

A wrong value names the field and the remedy, never the value: it may be a secret.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from app.settings import ENV_PREFIX, Settings
from hub.kernel.errors import Misconfigured, Words

__all__ = ["CONFIG_VARIABLE", "config_path", "load_settings", "unknown_variables"]

CONFIG_VARIABLE = "GONGKAI_CONFIG"
_DEFAULT_FILE = Path("gongkai.toml")
_NOT_SETTINGS = ("GONGKAI_TEST_", CONFIG_VARIABLE)

# pydantic's error types in words people can act on; anything else falls back to its own message
_REASONS: Mapping[str, Words] = {
    "extra_forbidden": Words("没有这一项设置", "there is no such setting"),
    "missing": Words("必须填写", "is required"),
    "int_parsing": Words("应为整数", "must be a whole number"),
    "int_type": Words("应为整数", "must be a whole number"),
    "float_parsing": Words("应为数字", "must be a number"),
    "greater_than_equal": Words("太小", "is too small"),
    "greater_than": Words("太小", "is too small"),
    "less_than_equal": Words("太大", "is too large"),
    "enum": Words("不在可选值之内", "is not one of the choices"),
}


class _Installed(Settings):
    """Settings whose keyword arguments come from the file, so that the environment wins."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def config_path(path: Path | None = None) -> Path | None:
    """The TOML file in use: `path`, else GONGKAI_CONFIG, else ./gongkai.toml if it is there."""
    named = path or (Path(given) if (given := os.environ.get(CONFIG_VARIABLE)) else None)
    if named is None:
        return _DEFAULT_FILE if _DEFAULT_FILE.is_file() else None
    return named


def load_settings(path: Path | None = None) -> Settings:
    """The settings of this installation; raises Misconfigured naming the field and the remedy."""
    file = config_path(path)
    values = {} if file is None else _read_toml(file)
    try:
        return _Installed(**values)
    except ValidationError as error:
        raise _misconfigured(error, file) from None


def unknown_variables(environ: Mapping[str, str] | None = None) -> Sequence[str]:
    """GONGKAI_… variables that set nothing, as a typing mistake does."""
    known = {f"{ENV_PREFIX}{name}".upper() for name in Settings.model_fields}
    names = os.environ if environ is None else environ
    return sorted(
        name
        for name in names
        if name.upper().startswith(ENV_PREFIX)
        and name.upper() not in known
        and not name.startswith(_NOT_SETTINGS)
    )


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(
            Words(f"读不到配置文件 {file}", f"cannot read the settings file {file}"),
            field=CONFIG_VARIABLE,
            remedy=Words("检查路径与权限", "check its path and permissions"),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        where = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "UTF-8"
        raise Misconfigured(
            Words(f"{file} 不是合法的 TOML：{where}", f"{file} is not valid TOML: {where}"),
            field=CONFIG_VARIABLE,
            remedy=Words("按所示位置改正", "correct it at that place"),
        ) from None


def _misconfigured(error: ValidationError, file: Path | None) -> Misconfigured:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "settings"
    own = first["msg"].removeprefix("Value error, ")
    zh, _, en = own.partition(" / ")
    reason = _REASONS.get(first["type"], Words(zh, en or zh))
    info = Settings.model_fields.get(field)
    place = f"{ENV_PREFIX}{field.upper()}" + (f" / {file}" if file else "")
    about = info.description if info and info.description else "see docs/settings.md"
    return Misconfigured(
        Words(f"设置 {field} 无效：{reason.zh}", f"setting {field}: {reason.en}"),
        field=field,
        remedy=Words(f"改正 {place}", f"correct {place}: {about}"),
    )
