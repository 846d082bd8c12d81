"""PostgreSQL and Redis, each on a host of its own; the database on a disk that can be filled."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.hosts.network import Host
from hub.kernel.errors import Unavailable
from simulators.servers import PostgresServer, RedisServer, run_program

__all__ = ["Postgres", "Redis"]

_PATIENCE_S = 60.0
_DISK = "1500m"
_BLOCK = b"\0" * (1 << 20)
_SETTINGS = {
    "max_connections": "100",
    "max_wal_size": "256MB",
    "fsync": "off",
    "restart_after_crash": "on",
}

Redis = RedisServer


class Postgres(PostgresServer):
    """`folder` becomes a file system of its own of 1.5 GB in memory. A commit is durable as soon
    as it is written: what survives the death of the server survives here as well."""

    def __init__(self, host: Host, folder: Path) -> None:
        folder.mkdir()
        run_program("mount", "-t", "tmpfs", "-o", f"size={_DISK}", "gongkai-bench", str(folder))
        shutil.chown(folder, "postgres")
        super().__init__(
            host,
            folder,
            user="bench",
            trusted="10.77.0.0/16",
            log=folder.with_suffix(".log"),
            settings=_SETTINGS,
        )
        self._folder, self._filler = folder, folder / "filler"
        self.dsn = self.at("gongkai")
        self.url = self.dsn.replace("postgresql:", "postgresql+asyncpg:")

    def start(self) -> None:
        super().start()
        run_program("psql", "-d", self.at(), "-qc", "CREATE DATABASE gongkai")

    def revive(self) -> None:
        """As its service manager would: again and again until it is there."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            self.process.revive()
            with contextlib.suppress(Unavailable):
                self.until_ready(2.0)
                return
        raise RuntimeError("PostgreSQL does not come back")

    def fill_disk(self) -> None:
        with contextlib.suppress(OSError), self._filler.open("ab") as file:  # closing fails too
            while True:
                file.write(_BLOCK)
                file.flush()

    def empty_disk(self) -> None:
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        self.process.kill()
        for _ in range(20):  # its children end a moment after it
            done = subprocess.run(["umount", str(self._folder)], capture_output=True)
            if done.returncode == 0:
                return
            time.sleep(0.25)
        run_program("umount", "--lazy", str(self._folder))
