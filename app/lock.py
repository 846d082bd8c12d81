"""One running scheduler per embedded installation, proved by a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.kernel.errors import Conflict, Words

__all__ = ["only_one"]


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold `home/hub.lock`; raises Conflict when another process has it.

    The kernel releases the lock when the process ends in whatever way, so a crash leaves none.
    """
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "hub.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Conflict(
            Words(f"已有进程在 {home} 运行", f"another process already runs on {home}"),
            field="home",
            remedy=Words("先停止它，或换一个 home", "stop it first, or use another home"),
        ) from error
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
