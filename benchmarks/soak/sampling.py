"""Looks at the process in which it runs: memory, descriptors, tasks, threads, and the containers
that the parts of the hub hold."""

from __future__ import annotations

import asyncio
import gc
import re
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["descriptors", "look", "opened", "sizes"]

_OURS = ("hub.", "app.", "scheduler.", "publishers.", "bots.", "web.", "graphics.")
_HELD = (dict, list, set, deque)
_DEEPEST = 9
_LARGE, _MANY = 16, 50  # containers and kinds of objects below that are not told
_LISTEN = "0A"  # include/net/tcp_states.h
_KINDS = {"socket": "sockets", "pipe": "pipes"}
_OUT = "sockets to "
_STATUS = re.compile(r"(RssAnon|RssFile):\s+(\d+) kB")
_NUMBER = re.compile(r"\d+")


def look(root: object, wal: Path) -> dict[str, Any]:
    """The fields of a `Sample` that this process knows, but the hour."""
    gc.collect()
    objects = Counter(type(one).__qualname__ for one in gc.get_objects())
    return {
        **_memory(),
        "cpu": round(time.process_time(), 1),
        "blocks": sys.getallocatedblocks(),
        "wal": wal.stat().st_size if wal.exists() else 0,
        "files": descriptors(),
        "tasks": Counter(_task(one) for one in asyncio.all_tasks()),
        "threads": Counter(_NUMBER.sub("#", one.name) for one in threading.enumerate()),
        "objects": {name: count for name, count in objects.items() if count >= _MANY},
        "maps": {name: size for name, size in sizes(root).items() if size >= _LARGE},
    }


def _memory() -> dict[str, int]:
    """`memory` of this process alone, and the pages of files that are `mapped`, which the kernel
    takes back as it likes: a database that grows shows there."""
    told = dict(_STATUS.findall(Path("/proc/self/status").read_text()))
    return {"memory": int(told["RssAnon"]) * 1024, "mapped": int(told["RssFile"]) * 1024}


def descriptors() -> Counter[str]:
    """Open descriptors of this process by kind: sockets, of them those that lead to a port by that
    port and those that others opened apart, pipes, files, and the kernel's others."""
    kinds: Counter[str] = Counter()
    connected = _connected()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them is closed again
            kind, _, rest = str(link.readlink()).partition(":")
            name = _KINDS.get(kind, "others") if rest else "files"
            kinds[connected.get(rest[1:-1], name)] += 1
    return kinds


def _connected() -> dict[str, str]:
    """Where connections lead to, by inode. `incoming` are those that others have opened to a port
    on which we listen: how long one is kept is theirs to say."""
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == _LISTEN}
    return {
        row[9]: "incoming" if row[1] in listening else f"{_OUT}{int(row[2].rpartition(':')[2], 16)}"
        for row in rows
        if row[3] != _LISTEN
    }


def _task(task: asyncio.Task[Any]) -> str:
    """Its name, or what it runs where nobody gave it one."""
    name = task.get_name()
    coroutine = task.get_coro()
    return getattr(coroutine, "__qualname__", name) if name.startswith("Task-") else name


def sizes(root: object) -> dict[str, int]:
    """How much each container holds that can be reached from `root` through objects of ours, by
    the shortest way there."""
    found: dict[str, int] = {}
    seen: set[int] = set()
    waiting: deque[tuple[str, object, int]] = deque([(type(root).__name__, root, 0)])
    while waiting:
        place, one, depth = waiting.popleft()
        if id(one) in seen or depth > _DEEPEST:
            continue
        seen.add(id(one))
        if isinstance(one, _HELD):
            found[place] = len(one)
        waiting.extend((f"{place}{name}", part, depth + 1) for name, part in _parts(one))
    return found


def _parts(one: object) -> Iterator[tuple[str, object]]:
    """What an object of ours or a short container leads to."""
    if isinstance(one, dict):  # others' mappings may make what they are asked for, or refuse
        if len(one) <= _LARGE:
            yield from ((f"[{key}]", part) for key, part in one.items())
    elif isinstance(one, list | tuple | set | frozenset | deque):
        if len(one) <= _LARGE:
            yield from (("[]", part) for part in one)
    elif type(one).__module__.startswith(_OURS) and not isinstance(one, type):
        for name in _attributes(one):
            part = getattr(one, name, None)
            if not callable(part) or hasattr(part, "__dict__"):
                yield f".{name}", part


def _attributes(one: object) -> Collection[str]:
    names = dict.fromkeys(getattr(one, "__dict__", ()))
    for kind in type(one).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        names |= dict.fromkeys((slots,) if isinstance(slots, str) else slots)
    return [name for name in names if not name.startswith("__")]


def opened(name: str) -> int:
    """How many descriptors of this process are on files of this name."""
    count = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            count += link.readlink().name == name
    return count
