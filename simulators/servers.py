"""A PostgreSQL and a Redis of our own, from Debian's packages, on a host that somebody names.

Nothing is kept: Redis without persistence, PostgreSQL without fsync where its owner says so. What
is here blocks; who has a loop calls it in a thread.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Protocol

from hub.kernel.errors import Misconfigured, Unavailable, Words

__all__ = [
    "HERE",
    "Host",
    "PostgresServer",
    "Process",
    "RedisServer",
    "free_port",
    "run_program",
    "until_open",
]

_ROOT = Path("/")  # a folder that every user may enter
_CLUSTERS = Path("/usr/lib/postgresql")
_PATIENCE_S = 60.0
_POLL_S = 0.05
_PLAIN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}


class Host(Protocol):
    """Where a server runs: it listens on `address`, and `inside` comes before its command."""

    @property
    def address(self) -> str: ...

    @property
    def inside(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class _Here:
    address: str = "127.0.0.1"
    inside: Sequence[str] = ()


HERE: Host = _Here()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One process on a host, which can be killed, paused and started again."""

    def __init__(
        self,
        host: Host,
        command: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        place: Path | None = None,
    ) -> None:
        """`env` is all of its environment; it starts in `place`, else where we are."""
        self.host = host
        self._place = place
        self._command = [*host.inside, *command]
        self._env = dict(env)
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(  # noqa: S603
                self._command,
                env=self._env,
                cwd=self._place,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def revive(self) -> None:
        """Start it again if it ended, as its service manager would."""
        if not self.alive:
            self.start()

    def kill(self) -> None:
        """SIGKILL to it and all that it started."""
        self._signal(signal.SIGKILL)
        self._wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, then as long as it needs."""
        if self.alive and self._running is not None:
            self._running.send_signal(number)
        self._wait()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _wait(self) -> None:
        if self._running is not None:
            self._running.wait(_PATIENCE_S)

    def _signal(self, number: signal.Signals) -> None:
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, number)


class RedisServer:
    """Without persistence: started again, it is empty. Raises Misconfigured where Debian's package
    is not installed."""

    def __init__(self, host: Host, folder: Path, *, port: int = 6379, databases: int = 16) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise _missing("Redis", "redis-server")
        self.host, self.port = host, port
        self.url = f"redis://{host.address}:{port}/0"
        command = [program, "--bind", host.address, "--port", str(port), "--protected-mode", "no"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        command += ["--databases", str(databases)]
        self.process = Process(host, command, _PLAIN, folder / "redis.log", _ROOT)

    def start(self) -> None:
        self.process.start()
        until_open(self.host.address, self.port)

    def stop(self) -> None:
        """End it as a crash does."""
        self.process.kill()


class PostgresServer:
    """One cluster in `folder`, which is there already; its superuser is `user`, trusted by itself
    and by everybody in the network `trusted`. `settings` as in postgresql.conf.

    PostgreSQL refuses to run as root, so root hands it to the user that Debian made for it. Raises
    Misconfigured where Debian's package is not installed.
    """

    def __init__(
        self,
        host: Host,
        folder: Path,
        *,
        port: int = 5432,
        user: str = "gongkai",
        trusted: str = "",
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.host, self.port, self.user = host, port, user
        self._programs, self._data, self._trusted = _newest_programs(), folder / "data", trusted
        told = {
            "listen_addresses": host.address,
            "port": str(port),
            "unix_socket_directories": str(folder),
            **(settings or {}),
        }
        given = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
        if as_postgres := _as_postgres():
            shutil.chown(folder, "postgres")
        command = [*as_postgres, str(self._programs / "postgres"), "-D", str(self._data), *given]
        self.process = Process(host, command, _PLAIN, log or folder / "postgres.log", _ROOT)

    def at(self, database: str = "postgres") -> str:
        return f"postgresql://{self.user}@{self.host.address}:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """Of the running server's first process."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        run_program(*_as_postgres(), str(self._programs / "initdb"), "-D", str(self._data), "-U",
                    self.user, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        if self._trusted:
            with (self._data / "pg_hba.conf").open("a") as file:
                file.write(f"host all all {self._trusted} trust\n")
        self.process.start()
        self.until_ready()

    def stop(self) -> None:
        """Fast: who is connected is cut off."""
        self.process.stop(signal.SIGINT)

    def until_ready(self, patience_s: float = _PATIENCE_S) -> None:
        """Raises Unavailable when it does not answer in that time."""
        end = time.monotonic() + patience_s
        command = [str(self._programs / "pg_isready"), "-q", "-U", self.user, "-t", "1"]
        command += ["-h", self.host.address, "-p", str(self.port)]
        while subprocess.run(command).returncode:  # noqa: S603
            if time.monotonic() > end:
                raise _silent("PostgreSQL", self.host.address, self.port)
            _pause(2 * _POLL_S)


def until_open(address: str, port: int) -> None:
    """Wait until somebody listens there; raises Unavailable."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1.0):
            return
        _pause(_POLL_S)
    raise _silent("Redis", address, port)


def run_program(*command: str) -> str:
    """What it printed, run to its end; raises Unavailable with what it said when it failed."""
    done = subprocess.run(  # noqa: S603
        command, cwd=_ROOT, capture_output=True, text=True, timeout=_PATIENCE_S
    )
    if done.returncode:
        words, said = " ".join(command), done.stderr.strip()
        raise Unavailable(Words(f"{words} 失败：{said}", f"{words} failed: {said}"))
    return done.stdout.strip()


def _pause(seconds: float) -> None:
    Event().wait(seconds)


def _as_postgres() -> list[str]:
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    return user if os.getuid() == 0 else []


def _newest_programs() -> Path:
    found = sorted(_CLUSTERS.glob("*/bin/initdb"))
    if not found:
        raise _missing("PostgreSQL", "postgresql")
    return found[-1].parent


def _missing(what: str, package: str) -> Misconfigured:
    return Misconfigured(
        Words(f"本机没有 {what}", f"{what} is not installed on this machine"),
        field=package,
        remedy=Words(
            f"安装 Debian 软件包：apt-get install {package}",
            f"install Debian's package: apt-get install {package}",
        ),
    )


def _silent(what: str, address: str, port: int) -> Unavailable:
    return Unavailable(
        Words(f"{what} 在 {address}:{port} 无应答", f"{what} at {address}:{port} does not answer")
    )
