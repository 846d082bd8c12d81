"""Brings a database's tables to the newest revision, and proves that models and revisions agree.

Revisions are in hub/kernel/migrations: forward only, numbered, with the newest one's number in
the file HEAD, so that two branches that both add a revision meet as a conflict.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    MetaData,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import hub
from app.revisions import floor_of
from hub.kernel.columns import metadata
from hub.kernel.database import translated
from hub.kernel.errors import InvalidInput, Misconfigured, Words
from hub.kernel.tables import schema_floor

__all__ = [
    "COPYING",
    "MIGRATIONS",
    "add_revision",
    "altered",
    "differences",
    "head",
    "load_tables",
    "looked_into",
    "migrate",
    "revision",
]

T = TypeVar("T")

MIGRATIONS = Path(hub.__file__).parent / "kernel" / "migrations"
# its remarks on indexes over expressions; _compare_texts compares those
logging.getLogger("alembic.ddl.impl").setLevel(logging.ERROR)
# the revision of a database that `gongkai db copy` has not finished filling
COPYING = "copying"
_LOCK = 0x676F6E68  # any constant: PostgreSQL's advisory lock while a process migrates


def load_tables() -> MetaData:
    """The metadata with every area's tables in it: each tables.py below hub, never listed."""
    importlib.import_module("hub.kernel.events")
    root = Path(hub.__path__[0])
    for found in sorted(root.rglob("tables.py")):
        importlib.import_module(".".join(("hub", *found.relative_to(root).with_suffix("").parts)))
    return metadata


def head() -> str:
    """The newest revision there is; raises Misconfigured when HEAD and the revisions disagree."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    noted = _noted()
    if heads != [noted]:
        raise Misconfigured(
            Words(f"迁移链 {heads} 与 HEAD {noted} 不符", f"revisions {heads}, HEAD says {noted}"),
            field="migrations",
            remedy=Words("合并两条分支的迁移并改 HEAD", "put the branches' revisions in one line"),
        )
    return noted


def migrate(url: str) -> str:
    """Bring the database at `url` to the newest revision and return it.

    Blocks: call it through a thread where a loop runs. Safe when several processes start at once.
    Every command comes by here, and most find nothing to do: then it costs one SELECT, without a
    lock and without Alembic's machinery. A database that a newer program has brought further is
    left as it is where this one can live with it (`app.revisions`).
    Raises Unavailable for a database that does not answer, Misconfigured for one that is newer
    than this program can live with.
    """
    if _exists(url) and _connected(url, _current, begin="BEGIN") == _noted():
        return _noted()
    newest = head()

    def upgrade(connection: Connection) -> str:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        newer = _newer_than(newest, connection)
        if newer:
            return newer
        command.upgrade(_config(connection), "head")
        connection.execute(delete(schema_floor))
        floor = floor_of(MIGRATIONS / "versions")
        connection.execute(insert(schema_floor).values(revision=floor))
        return newest

    return _connected(url, upgrade)


def revision(url: str) -> str:
    """The revision the database is at; empty before the first migration."""
    return _connected(url, _current)


def looked_into(url: str, look: Callable[[Connection], T]) -> T:
    """What `look` sees in the database at `url`, also where a loop is running; without a lock."""
    return _connected(url, look, begin="BEGIN")


def altered(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work` in one transaction that may change the database at `url`."""
    return _connected(url, work)


def differences(url: str) -> list[str]:
    """What migrated tables lack against the models, in words; empty when they agree.

    Checks the database at `url` and, for what a database cannot be asked (partial indexes,
    checks), a scratch one in memory.
    """
    found = _connected(url, _compare)
    return found or _scratch(_migrated_texts)


def add_revision(message: str) -> Path | None:
    """Write the revision that leads from the newest one to the models; None if nothing differs."""
    if not message.replace(" ", "").replace("_", "").isalnum() or not message.isascii():
        raise InvalidInput(
            Words("名称应为“动词 名词”", "the name must be a verb and a noun"),
            field="name",
            remedy=Words("例如 add subscriptions", "for example: add subscriptions"),
        )
    number = f"{len(list((MIGRATIONS / 'versions').glob('*.py'))) + 1:04d}"

    def write(connection: Connection) -> str:
        config = _config(connection)
        if number != "0001":
            command.upgrade(config, "head")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "autogenerate skipping", UserWarning)
            command.revision(config, message, autogenerate=True, rev_id=number)
        return str(config.attributes.get("nothing", ""))

    if _scratch(write):
        return None
    (MIGRATIONS / "HEAD").write_text(f"{number}\n", "ascii")
    return next((MIGRATIONS / "versions").glob(f"{number}_*.py"))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = load_tables()
    return config


def _noted() -> str:
    return (MIGRATIONS / "HEAD").read_text("ascii").strip()


def _exists(url: str) -> bool:
    """Whether there is a file to look into; whether a server has the database, only it can say."""
    return not url.startswith("sqlite") or Path(url.removeprefix("sqlite:///")).exists()


def _current(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _newer_than(newest: str, connection: Connection) -> str:
    """The database's revision where it is newer than ours and we can live with it, else empty.

    Raises Misconfigured where we cannot, and for one that is being copied.
    """
    current = _current(connection)
    if current == COPYING:
        raise Misconfigured(
            Words("数据库的复制尚未完成", "the database is not copied to the end"),
            field="database",
            remedy=Words(
                "再次运行 gongkai db copy 接着复制", "run gongkai db copy again, it goes on"
            ),
        )
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if not current or current in known:
        return ""
    floor = _floor(connection)
    if floor and floor <= newest:
        return current
    raise Misconfigured(
        Words(
            f"数据库版本 {current} 比程序新，要求程序不低于 {floor or current}",
            f"the database is at {current} and needs a program of {floor or current}; this one is "
            f"of {newest}",
        ),
        field="database",
        remedy=Words("升级程序，迁移只能向前", "upgrade the program; migrations only go forward"),
    )


def _floor(connection: Connection) -> str:
    if not inspect(connection).has_table(schema_floor.name):
        return ""
    return connection.execute(select(schema_floor.c.revision)).scalar() or ""


def _compare(connection: Connection) -> list[str]:
    """Tables and columns as the database tells them, and on PostgreSQL its indexes."""
    on_sqlite = connection.dialect.name == "sqlite"

    def worth_asking(thing: object, name: str | None, kind: str, *rest: object) -> bool:
        return not (on_sqlite and kind == "index")  # read as text instead

    options = {"compare_type": True, "include_object": worth_asking}
    context = MigrationContext.configure(connection, opts=options)
    found = [str(difference) for difference in compare_metadata(context, load_tables())]
    return found + (_compare_texts(connection) if on_sqlite else [])


def _migrated_texts(connection: Connection) -> list[str]:
    command.upgrade(_config(connection), "head")
    return _compare_texts(connection)


def _compare_texts(connection: Connection) -> list[str]:
    """Index definitions and checks of SQLite's tables against those the models would make."""

    def modelled(scratch: Connection) -> set[str]:
        load_tables().create_all(scratch)
        return _texts(scratch)

    expected, actual = _scratch(modelled), _texts(connection)
    missing = [f"missing: {line}" for line in sorted(expected - actual)]
    return missing + [f"superfluous: {line}" for line in sorted(actual - expected)]


def _texts(connection: Connection) -> set[str]:
    indexes = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    )
    found = {" ".join(row.sql.split()) for row in indexes}
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        for check in inspector.get_check_constraints(table):
            found.add(f"{table}: {check['name']} CHECK ({' '.join(check['sqltext'].split())})")
    return found


def _connected(url: str, work: Callable[[Connection], T], begin: str = "BEGIN IMMEDIATE") -> T:
    """Run `work` in one transaction on the database at `url`, also where a loop is running.

    `begin` is SQLite's: who only looks takes no lock.
    """
    try:
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
            return _on_sqlite(url, work, begin)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, _on_postgres(url, work)).result()
    except (DBAPIError, OSError) as error:
        raise translated(error) from error


def _scratch(work: Callable[[Connection], T]) -> T:
    return _on_sqlite("sqlite://", work, "BEGIN IMMEDIATE")


def _on_sqlite(url: str, work: Callable[[Connection], T], begin: str) -> T:
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(raw: Any, record: object) -> None:
        raw.isolation_level = None  # ours begins before the first DDL, pysqlite's would not
        raw.execute("PRAGMA busy_timeout=30000")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    with engine.begin() as connection:
        return work(connection)


async def _on_postgres(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    async with engine.begin() as connection:
        return await connection.run_sync(work)
