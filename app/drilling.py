"""A backup rehearsed: made, restored into a new place, proved, searched; with how long it took."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
from sqlalchemy import Connection, func, select

from app.backing import back_up
from app.compose import Hub, open_hub
from app.migrate import differences, load_tables, looked_into
from app.settings import Settings
from hub.kernel.clock import Clock
from hub.kernel.errors import Conflict, GongkaiError, Misconfigured, Unavailable, Words
from hub.kernel.events import chain_head, hash_at, verify_chain

__all__ = ["Drill", "rehearse"]

T = TypeVar("T")
Tell = Callable[[str], None]

_DEBIAN = "/usr/lib/postgresql"  # where Debian has the tools of each version


@dataclass(slots=True, kw_only=True)
class Drill:
    """What a rehearsal found. `seconds` by step: back-up, restore, compare, audit, search; `rows`
    by table as restored; `head` is the restored chain's, which the running one still has."""

    backup_bytes: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    head: str = ""
    items: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


async def rehearse(settings: Settings, folder: Path, clock: Clock, tell: Tell) -> Drill:
    """Back the installation up into `folder`, which must be empty or new, restore it beside, and
    prove what came back. What runs is only read. On PostgreSQL a database NAME_drill is made on the
    same server and dropped again; the folder is left to the caller.

    Raises Conflict for a folder with something in it, Misconfigured without pg_dump or without the
    right to make a database, Unavailable when a step fails, BrokenChain.
    """
    home = await asyncio.to_thread(_empty, folder)
    drill, timing = Drill(), _Timing(clock, tell)
    if settings.embedded:
        restored = await asyncio.to_thread(_restore_file, settings, folder, timing, drill)
        await _prove(settings, restored, home, timing, drill)
    else:
        await _rehearse_server(settings, folder, timing, drill)
    drill.seconds = timing.seconds
    return drill


def _empty(folder: Path) -> Path:
    """The home to restore into, in a folder that has nothing else."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(
            Words(f"{folder} 不是空的", f"{folder} is not empty"),
            field="folder",
            remedy=Words("指定一个空目录", "name an empty folder"),
        )
    home = folder / "home"
    home.mkdir(parents=True, mode=0o700)
    return home


class _Timing:
    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._tell(name)
        begun = self._clock.monotonic()
        yield
        self.seconds[name] = round(self._clock.monotonic() - begun, 3)


def _restore_file(settings: Settings, folder: Path, timing: _Timing, drill: Drill) -> str:
    """The steps of docs/operations.md: the copy becomes the database of a new home."""
    backup = folder / "backup.db"
    with timing.step("back-up"):
        drill.backup_bytes = back_up(settings, backup)
    with timing.step("restore"):
        target = folder / "home" / "gongkai.db"
        shutil.copyfile(backup, target)
    return f"sqlite:///{target}"


async def _rehearse_server(settings: Settings, folder: Path, timing: _Timing, drill: Drill) -> None:
    parts = urlsplit(settings.database_url.replace("+asyncpg", ""))
    name = f"{parts.path.lstrip('/')}_drill"
    dump = folder / "backup.dump"
    with timing.step("back-up"):
        await asyncio.to_thread(_dump, settings.database_url, dump)
        drill.backup_bytes = dump.stat().st_size
    await _administer(settings.database_url, f'CREATE DATABASE "{name}"')
    try:
        restored = urlunsplit(parts._replace(scheme="postgresql+asyncpg", path=f"/{name}"))
        with timing.step("restore"):
            await asyncio.to_thread(_load, restored, dump)
        await _prove(settings, restored, folder / "home", timing, drill)
    finally:
        await _administer(settings.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _prove(
    settings: Settings, restored: str, home: Path, timing: _Timing, drill: Drill
) -> None:
    with timing.step("compare"):
        found = await asyncio.to_thread(differences, restored)
        if found:
            raise Unavailable(Words(f"表结构不符：{found[0]}", f"tables differ: {found[0]}"))
        drill.rows = await asyncio.to_thread(looked_into, restored, _counted)
    with timing.step("audit"):
        seq, digest = await asyncio.to_thread(looked_into, restored, _verified)
        drill.head = f"{seq}:{digest}"
        still = await asyncio.to_thread(
            looked_into, settings.database_url, lambda c: hash_at(c, seq) if seq else digest
        )
        if still != digest:
            raise Conflict(
                Words("备份与运行库的审计链不是同一条", "the backup is not of this audit chain"),
                field="database_url",
            )
    with timing.step("search"):
        moved = settings.model_copy(
            update={"home": home, "database_url": restored, "search_home": home / "search"}
        )
        async with open_hub(moved) as hub:
            drill.items = await _searchable(hub)


async def _searchable(hub: Hub) -> int:
    """How many items the index has that is made of the restored database."""
    await hub.search.rebuild(processes=hub.settings.search_processes)
    return (await hub.search.status()).documents


def _counted(connection: Connection) -> dict[str, int]:
    return {
        str(table.name): connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in load_tables().sorted_tables
    }


def _verified(connection: Connection) -> tuple[int, str]:
    for _ in verify_chain(connection):
        pass
    return chain_head(connection)


def _dump(url: str, file: Path) -> None:
    _run(url, "pg_dump", "--format=custom", "--no-owner", f"--file={file}")


def _load(url: str, file: Path) -> None:
    """All or nothing, and the password in no process list."""
    _run(url, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(file))


def _run(url: str, tool: str, *words: str) -> None:
    parts = urlsplit(url)
    environment = os.environ | {
        "PGHOST": parts.hostname or "localhost",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }
    if parts.password:
        environment["PGPASSWORD"] = unquote(parts.password)
    to = [f"--dbname={environment['PGDATABASE']}"] if tool == "pg_restore" else []
    done = subprocess.run(  # noqa: S603 - a tool of PostgreSQL with words of our own
        [_tool(tool), "--no-password", *to, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]
        raise Unavailable(
            Words(f"{tool} 失败：{said[0]}", f"{tool} failed: {said[0]}"), field="database_url"
        )


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    newest = sorted(Path(_DEBIAN).glob(f"*/bin/{name}"))
    if newest:
        return str(newest[-1])
    raise Misconfigured(
        Words(f"没有 {name}", f"there is no {name}"),
        field="PATH",
        remedy=Words("安装 postgresql-client", "install postgresql-client"),
    )


async def _administer(url: str, statement: str) -> None:
    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        raise _cannot(error) from error


def _cannot(error: Exception) -> GongkaiError:
    return Misconfigured(
        Words(f"不能建演练库：{error}", f"cannot make the database to rehearse in: {error}"),
        field="database_url",
        remedy=Words(
            "给该用户 CREATEDB 权限，或删除旧的演练库", "grant CREATEDB, or drop an old NAME_drill"
        ),
    )
