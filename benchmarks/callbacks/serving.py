"""A server of callbacks in a process of its own, and what that process costs."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callbacks.load import AES_KEY, APPID, TOKEN
from benchmarks.services import free_port

__all__ = ["ROOT", "Server", "cpu_s", "running"]

ROOT = Path(__file__).parent.parent.parent
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    command: tuple[str, ...]

    @property
    def here(self) -> bool:
        return Path(self.command[0]).exists()


@contextmanager
def running(server: Server, folder: Path) -> Iterator[tuple[str, int]]:
    """`server` on a free port, until the block ends; its address and its process."""
    port = free_port()
    own = server.name in ("bare", "hub")
    arguments = (str(folder),) if own else (TOKEN, AES_KEY, APPID)
    process = subprocess.Popen(
        [*server.command, str(port), *arguments], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _until_it_listens(port, process)
        account = folder / "account"
        path = f"inbox/wechat/{account.read_text('ascii')}" if account.exists() else ""
        yield f"http://127.0.0.1:{port}/{path}", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    sys.exit(f"a server did not start: {process.args!r}")


def cpu_s(pid: int) -> float:
    """Seconds of CPU that all threads of a process have used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
