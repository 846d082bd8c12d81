from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import LogLevel, Settings
from app.settings_reading import load_settings, unknown_variables
from hub.kernel.errors import Misconfigured


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GONGKAI_{name.upper()}", raising=False)
    monkeypatch.delenv("GONGKAI_CONFIG", raising=False)


def test_without_anything_set_the_hub_is_embedded_in_var(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.embedded
    assert settings.database_path == tmp_path / "var" / "gongkai.db"
    assert settings.time_zone == "Asia/Shanghai"


def test_an_empty_variable_is_as_good_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HOME", "HTTP_PORT", "DATABASE_URL", "SECRET_KEYS"):
        monkeypatch.setenv(f"GONGKAI_{name}", "")
    settings = load_settings()
    assert (settings.home, settings.http_port) == (Path("var"), 8080)
    assert settings.database_path == tmp_path / "var" / "gongkai.db"


def test_the_file_beats_the_default_and_the_environment_beats_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gongkai.toml").write_text('http_port = 81\nlog_level = "debug"\n', "utf-8")
    monkeypatch.setenv("GONGKAI_HTTP_PORT", "82")
    settings = load_settings()
    assert (settings.http_port, settings.log_level) == (82, LogLevel.DEBUG)


def test_a_file_may_be_named_by_argument_or_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "other.toml"
    file.write_text('home = "elsewhere"\n', "utf-8")
    assert load_settings(file).home == Path("elsewhere")
    monkeypatch.setenv("GONGKAI_CONFIG", str(file))
    assert load_settings().database_path == tmp_path / "elsewhere" / "gongkai.db"


@pytest.mark.parametrize(
    ("variable", "value", "field"),
    [
        ("HTTP_PORT", "eighty", "http_port"),
        ("HTTP_PORT", "70000", "http_port"),
        ("LOG_LEVEL", "loud", "log_level"),
        ("TIME_ZONE", "Beijing", "time_zone"),
        ("SITE_URL", "www.example.gov.cn", "site_url"),
        ("DATABASE_URL", "mysql://root:hunter2@db/hub", "database_url"),
        ("REDIS_URL", "http://:hunter2@cache", "redis_url"),
        ("LEASE_SECONDS", "1", "lease_seconds"),
    ],
)
def test_a_wrong_value_names_its_field_and_remedy_and_never_itself(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str
) -> None:
    monkeypatch.setenv(f"GONGKAI_{variable}", value)
    with pytest.raises(Misconfigured) as refused:
        load_settings()
    assert refused.value.field == field
    assert refused.value.remedy is not None
    assert f"GONGKAI_{variable}" in refused.value.remedy.zh
    assert "hunter2" not in str(refused.value)


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gongkai.toml").write_text("htp_port = 81\n", "utf-8")
    with pytest.raises(Misconfigured, match="there is no such setting") as refused:
        load_settings()
    assert refused.value.field == "htp_port"


@pytest.mark.parametrize("content", [b"http_port = ", b'home = "\xff"'], ids=["syntax", "utf-8"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "gongkai.toml").write_bytes(content)
    with pytest.raises(Misconfigured, match="not valid TOML"):
        load_settings()


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot read"):
        load_settings(tmp_path / "nowhere.toml")


def test_no_secret_shows_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_DATABASE_URL", "postgresql+asyncpg://hub:hunter2@db/hub")
    monkeypatch.setenv("GONGKAI_REDIS_URL", "redis://:hunter2@cache")
    monkeypatch.setenv("GONGKAI_SECRET_KEYS", "k2:hunter2, k1:hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings)
    assert [key.get_secret_value() for key in settings.secret_keys] == ["k2:hunter2", "k1:hunter2"]
    assert not settings.embedded


def test_a_misspelt_variable_is_noticed_and_a_test_s_own_is_not() -> None:
    environ = {"GONGKAI_HTP_PORT": "1", "GONGKAI_TEST_REDIS": "", "GONGKAI_CONFIG": "", "HOME": ""}
    assert unknown_variables(environ) == ["GONGKAI_HTP_PORT"]


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, info in Settings.model_fields.items() if not info.description] == []
