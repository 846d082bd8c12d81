"""PostgreSQL and Redis, each on a host of its own; the database on a disk that can be filled."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from benchmarks.hosts.network import Host, Process

__all__ = ["Postgres", "Redis"]

_PATIENCE_S = 60.0
_DISK = "1500m"
_PLAIN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
_BLOCK = b"\0" * (1 << 20)


class Redis:
    """Without persistence: started again, it is empty."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        command = ["redis-server", "--bind", host.address, "--protected-mode", "no"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.process = Process(host, command, _PLAIN, folder / "redis.log")
        self.url = f"redis://{host.address}:6379/0"

    def start(self) -> None:
        self.process.start()
        _until_open(self.host.address, 6379)


class Postgres:
    """`folder` becomes a file system of its own of 1.5 GB in memory. A commit is durable as soon
    as it is written: what survives the death of the server survives here as well."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self._folder = folder
        self._bin = _newest_bin()
        folder.mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={_DISK}", "gongkai-bench", str(folder))
        shutil.chown(folder, "postgres")
        self._data, self._filler = folder / "data", folder / "filler"
        self.process = Process(host, self._command(), _PLAIN, folder.with_suffix(".log"))
        self.dsn = f"postgresql://bench@{host.address}:5432/gongkai"
        self.url = self.dsn.replace("postgresql:", "postgresql+asyncpg:")

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": self.host.address,
            "unix_socket_directories": str(self._folder),
            "max_connections": "100",
            "max_wal_size": "256MB",
            "fsync": "off",
            "restart_after_crash": "on",
        }
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        return [*user, str(self._bin / "postgres"), "-D", str(self._data), *given]

    def start(self) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"]
        _run(*as_postgres, str(self._bin / "initdb"), "-D", str(self._data), "-U", "bench",
             "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        with (self._data / "pg_hba.conf").open("a") as file:
            file.write("host all all 10.77.0.0/24 trust\n")
        self.process.start()
        _until_open(self.host.address, 5432)
        self._until_ready()
        _run("psql", "-d", self.dsn.replace("/gongkai", "/postgres"), "-qc",
             "CREATE DATABASE gongkai")  # fmt: skip

    def revive(self) -> None:
        """As its service manager would: again and again until it is there."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            self.process.revive()
            with contextlib.suppress(RuntimeError):
                self._until_ready(2.0)
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
        _run("umount", "--lazy", str(self._folder))

    def _until_ready(self, patience_s: float = _PATIENCE_S) -> None:
        end = time.monotonic() + patience_s
        command = ["pg_isready", "-q", "-U", "bench", "-h", self.host.address, "-t", "1"]
        while subprocess.run([str(self._bin / command[0]), *command[1:]]).returncode:
            if time.monotonic() > end:
                raise RuntimeError("PostgreSQL does not answer")
            time.sleep(0.1)


def _newest_bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is not installed (Debian package postgresql)")
    return found[-1].parent


def _until_open(address: str, port: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1.0):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{address}:{port} does not answer")


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
