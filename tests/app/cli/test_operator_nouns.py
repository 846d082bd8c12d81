"""The nouns config, db and audit, as an operator types them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import backing
from app.__main__ import command_line
from app.migrate import head, migrate
from app.reference import PAGES
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind
from hub.kernel.sqlite import SqliteDatabase

NOTED = Kind("test.note.added", Words("记下", "noted"))
Cli = Callable[..., Result]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Run `gongkai …` with a home of its own."""
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(command_line(), list(words))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A migrated database with three events."""
    path = tmp_path / "var" / "gongkai.db"
    migrate(f"sqlite:///{path}")
    asyncio.run(_note(path, 3))
    return path


async def _note(path: Path, count: int) -> None:
    database = SqliteDatabase(path)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for number in range(1, count + 1):
        event = Event(kind=NOTED, subject=f"note-{number}", actor="li", at=at)
        await database.write(lambda t, event=event: t.record(event))
    await database.close()


def tamper(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_new_installation_passes_its_check_without_leaving_a_key(
    cli: Cli, tmp_path: Path
) -> None:
    done = cli("config", "check", "--json")
    assert done.exit_code == 0, done.output
    assert {row["check"] for row in json.loads(done.stdout)} >= {"keys", "zones", "database"}
    assert not (tmp_path / "var" / "secret.key").exists()


def test_a_misspelt_variable_fails_the_check(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_HTP_PORT", "81")
    done = cli("config", "check", "--json")
    bad = [row for row in json.loads(done.stdout) if not row["ok"]]
    assert done.exit_code == 6
    assert [row["error"]["field"] for row in bad] == ["GONGKAI_HTP_PORT"]


def test_a_database_that_does_not_answer_fails_the_check(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_DATABASE_URL", "postgresql+asyncpg://x:hunter2@127.0.0.1:1/none")
    monkeypatch.setenv("GONGKAI_REDIS_URL", "redis://:hunter2@127.0.0.1:1")
    monkeypatch.setenv("GONGKAI_SECRET_KEYS", "")
    done = cli("config", "check", "--json")
    bad = {row["check"] for row in json.loads(done.stdout) if not row["ok"]}
    assert (done.exit_code, bad) == (6, {"keys", "database", "redis"})
    assert "hunter2" not in done.output


def test_show_masks_every_secret_and_names_every_source(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_DATABASE_URL", "postgresql+asyncpg://hub:hunter2@db/hub")
    monkeypatch.setenv("GONGKAI_SECRET_KEYS", "k2:hunter2,k1:hunter2")
    done = cli("config", "show", "--json")
    shown = json.loads(done.stdout)
    assert shown["database_url"] == {
        "value": "postgresql+asyncpg://hub:***@db/hub",
        "source": "environment",
    }
    assert shown["secret_keys"]["value"] == "k2:***, k1:***"
    assert shown["http_port"]["source"] == "default"
    assert "hunter2" not in cli("config", "show").output


def test_a_wrong_setting_is_told_as_json(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_HTTP_PORT", "x")
    done = cli("config", "show", "--json")
    assert (done.exit_code, json.loads(done.stderr)["field"]) == (6, "http_port")


def test_every_page_of_the_reference_can_be_printed(cli: Cli) -> None:
    for page, (_, make) in PAGES.items():
        assert cli("config", "reference", page).stdout == make()


def test_a_made_key_is_one_that_is_taken(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SECRET_KEYS", cli("config", "key", "--id", "k9").stdout.strip())
    rows = {row["check"]: row for row in json.loads(cli("config", "check", "--json").stdout)}
    assert rows["keys"]["detail"] == "k9"


def test_migrating_twice_changes_nothing_the_second_time(cli: Cli) -> None:
    assert json.loads(cli("db", "migrate", "--json").stdout) == {"before": "", "after": head()}
    assert json.loads(cli("db", "migrate", "--json").stdout) == {"before": head(), "after": head()}


def test_db_check_sees_a_table_that_drifted(cli: Cli, file: Path) -> None:
    assert cli("db", "check").exit_code == 0
    tamper(file, "DROP INDEX ix_audit_events_kind")
    done = cli("db", "check", "--json")
    assert done.exit_code == 1
    assert "ix_audit_events_kind" in json.loads(done.stdout)["differences"][0]


def test_a_database_newer_than_the_program_is_refused(cli: Cli, file: Path) -> None:
    tamper(file, "UPDATE alembic_version SET version_num = '9999'")
    tamper(file, "UPDATE schema_floor SET revision = '9999'")
    done = cli("db", "migrate", "--json")
    assert (done.exit_code, json.loads(done.stderr)["field"]) == (6, "database")


def test_a_backup_is_whole_and_never_overwrites(cli: Cli, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    done = cli("db", "backup", str(target), "--json")
    assert json.loads(done.stdout) == {"file": str(target), "bytes": target.stat().st_size}
    connection = sqlite3.connect(target)
    assert connection.execute("SELECT count(*) FROM audit_events").fetchone() == (3,)
    connection.close()
    assert cli("db", "backup", str(target)).exit_code == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "var"]


def test_a_backup_of_a_busy_database_is_of_one_moment(
    cli: Cli, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing, "_PAGES_A_STEP", 1)
    tamper(file, "CREATE TABLE pad AS SELECT randomblob(400000) AS x")
    stop = threading.Event()

    def scribble() -> None:
        while not stop.is_set():
            tamper(file, "INSERT INTO pad VALUES (randomblob(5000))")

    writer = threading.Thread(target=scribble)
    writer.start()
    done = cli("db", "backup", str(tmp_path / "copy.db"))
    stop.set()
    writer.join()
    assert done.exit_code == 0, done.output


def test_there_is_no_backup_without_a_database(cli: Cli, tmp_path: Path) -> None:
    assert cli("db", "backup", str(tmp_path / "copy.db")).exit_code == 3


def test_a_backup_into_nowhere_fails_in_words(cli: Cli, file: Path, tmp_path: Path) -> None:
    assert cli("db", "backup", str(tmp_path / "no" / "copy.db")).exit_code == 5


def test_a_whole_chain_is_verified_with_its_head(cli: Cli, file: Path) -> None:
    found = json.loads(cli("audit", "verify", "--json").stdout)
    assert (found["events"], found["valid"]) == (3, True)
    assert cli("audit", "verify", "--head", f"3:{found['head']}").exit_code == 0


def test_an_altered_event_is_named_by_its_number(cli: Cli, file: Path) -> None:
    tamper(file, "UPDATE audit_events SET body = replace(body, 'li', 'wu') WHERE seq = 2")
    done = cli("audit", "verify", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stderr)["field"] == "audit_events.seq=2"


def test_a_cut_tail_shows_against_an_exported_head(cli: Cli, file: Path) -> None:
    last = json.loads(cli("audit", "export").stdout.splitlines()[-1])["head"]
    tamper(file, "DELETE FROM audit_events WHERE seq = 3")
    assert cli("audit", "verify").exit_code == 0
    assert cli("audit", "verify", "--head", f"{last['seq']}:{last['hash']}").exit_code == 1
    assert cli("audit", "verify", "--head", "3").exit_code == 2


def test_an_export_is_json_lines_that_end_in_the_head(cli: Cli, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit.jsonl"
    assert cli("audit", "export", str(out), "--after", "1").exit_code == 0
    *events, last = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [event["seq"] for event in events] == [2, 3]
    assert last == {"head": {"seq": 3, "hash": events[-1]["hash"]}}


def test_events_are_listed_by_subject_and_newest(cli: Cli, file: Path) -> None:
    newest = json.loads(cli("audit", "list", "--limit", "2", "--json").stdout)
    about = json.loads(cli("audit", "list", "--subject", "note-1", "--json").stdout)
    assert [row["seq"] for row in newest] == [2, 3]
    assert [row["subject"] for row in about] == ["note-1"]
    assert "test.note.added" in cli("audit", "list").stdout
