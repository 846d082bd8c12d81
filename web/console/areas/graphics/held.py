"""The infographics that an item has, in all its versions: files of it that hold one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.catalogue import store
from hub.catalogue.attachments.errors import UnknownAttachment
from hub.catalogue.models import Item
from web.console.call import Call

__all__ = ["Graphic", "Made", "free_name", "graphics_of", "held_by", "version_of"]

_VERSIONS = 30  # so many versions of an item are looked through, the newest
_MOST_BYTES = 256 * 1024
_SUFFIX = ".json"
USUAL_NAME = "图解"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an item's version, and those right after it, have under a graphic's name."""

    version: int
    sha256: str
    title: str
    sections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphic:
    """`made` begins with the newest; `current`: the item's last version has it."""

    name: str
    current: bool
    made: tuple[Made, ...]


async def held_by(call: Call, item: Item, name: str) -> dict[str, Any] | None:
    """The infographic that the item has as file `name`, if it has."""
    found = next((one for one in item.attachments if one.name == name), None)
    return await _read(call, found.sha256) if found and _likely(found.name, found.size) else None


async def graphics_of(call: Call, item: Item) -> list[Graphic]:
    """By name; raises nothing for files that only look like one."""
    known: dict[str, Mapping[str, Any] | None] = {}
    made: dict[str, list[Made]] = {}
    for number in range(item.version, max(0, item.version - _VERSIONS), -1):
        at = item if number == item.version else await call.desk.catalogue.version(item.id, number)
        for file in at.attachments:
            if not _likely(file.name, file.size):
                continue
            if file.sha256 not in known:
                known[file.sha256] = await _read(call, file.sha256)
            data = known[file.sha256]
            if data is not None:
                _note(made.setdefault(file.name, []), number, file.sha256, data)
    current = {file.name for file in item.attachments}
    return [
        Graphic(name=name, current=name in current, made=tuple(found))
        for name, found in sorted(made.items())
    ]


def free_name(item: Item) -> str:
    """`图解.json`, or with the next number behind it."""
    taken = {file.name for file in item.attachments}
    names = (f"{USUAL_NAME}{f'-{n}' if n > 1 else ''}{_SUFFIX}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _note(made: list[Made], number: int, sha256: str, data: Mapping[str, Any]) -> None:
    """Versions come newest first: of the same bytes the earliest counts."""
    told = Made(
        version=number,
        sha256=sha256,
        title=str(data["hero"]["title"]),
        sections=len(data["sections"]),
    )
    if made and made[-1].sha256 == sha256:
        made[-1] = told
    else:
        made.append(told)


async def version_of(call: Call, item: Item, name: str, number: int) -> dict[str, Any]:
    """The infographic as a version of the item has it; raises UnknownAttachment."""
    at = item if number == item.version else await call.desk.catalogue.version(item.id, number)
    data = await held_by(call, at, name)
    if data is None:
        raise UnknownAttachment(name[:64])
    return data


def _likely(name: str, size: int) -> bool:
    return name.endswith(_SUFFIX) and size <= _MOST_BYTES


async def _read(call: Call, sha256: str) -> dict[str, Any] | None:
    data = await call.desk.database.read(lambda c: store.read_blob(c, sha256))
    return call.desk.studio.read(data)
