from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.keys import KEY_FILE, load_keys, new_key
from app.settings import Settings
from hub.kernel.errors import Misconfigured


def test_the_embedded_hub_makes_its_key_once_for_itself_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    first = load_keys(settings)
    file = tmp_path / "var" / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [len(key) for key in first.values()] == [32]
    assert load_keys(settings) == first
    assert [path.name for path in file.parent.iterdir()] == [KEY_FILE]


def test_two_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: load_keys(settings)["k1"], range(8)))
    assert len(set(found)) == 1


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    load_keys(settings)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod 600"):
        load_keys(settings)


def test_given_keys_keep_their_order_and_no_file_is_made(tmp_path: Path) -> None:
    keys = tuple(SecretStr(new_key(name)) for name in ("new", "old"))
    assert list(load_keys(Settings(home=tmp_path, secret_keys=keys))) == ["new", "old"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    ["k1:short", "k1:hunter2hunter2=", ":" + "A" * 43 + "=", "k 1:" + "A" * 43 + "=", "k1"],
)
def test_a_key_that_cannot_be_used_is_refused_without_showing_it(wrong: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        load_keys(Settings(secret_keys=(SecretStr(wrong),)))
    assert refused.value.field == "secret_keys"
    assert "hunter2" not in str(refused.value)


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(Misconfigured, match="number 2"):
        load_keys(Settings(secret_keys=(SecretStr(new_key()), SecretStr(new_key()))))


def test_a_scaled_hub_must_be_given_its_key(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://hub@db/hub"
    with pytest.raises(Misconfigured, match="needs a key"):
        load_keys(Settings(home=tmp_path, database_url=url))
