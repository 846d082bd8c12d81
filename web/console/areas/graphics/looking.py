"""What stands beside the form: the picture in a form, what is wrong, where each number is from."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.catalogue.models import Item
from hub.catalogue.relations.models import RelationKind
from hub.kernel.errors import GongkaiError, InvalidInput
from web.console.call import Call
from web.console.studio import VIEWS, Drawn, Origin

__all__ = [
    "Look",
    "Overtaken",
    "Shown",
    "channel_of",
    "look_at",
    "not_yet",
    "shown",
    "texts_of",
    "view_of",
]

_USUAL_CHANNEL = "wechat"


class Overtaken(Exception):
    """A newer change of the same reader is being drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`source` is the picture itself: it has an address nowhere, because it was never stored."""

    source: str
    drawn: Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`problem` is what kept it from being drawn though the data are right."""

    view: str
    channel: str
    pictures: tuple[Shown, ...] = ()
    text: str = ""
    faults: tuple[InvalidInput, ...] = ()
    origins: tuple[Origin, ...] = ()
    problem: GongkaiError | None = None

    @property
    def beside(self) -> Mapping[str, InvalidInput]:
        """Faults by the field of the form that has them: of a list, the list."""
        return {
            one.field.rstrip("0123456789[]") if _value(one.field) else one.field: one
            for one in self.faults
        }

    @property
    def missing(self) -> tuple[Origin, ...]:
        return tuple(one for one in self.origins if one.missing)


def not_yet(call: Call) -> Look:
    """Before anything is drawn."""
    return Look(view=view_of(call), channel=channel_of(call))


async def look_at(call: Call, item: Item, data: Mapping[str, Any], *, whole: bool = False) -> Look:
    """The picture of `data`. `whole` pages wait for their own; raises Overtaken for the others
    when the reader's next change came before this one was drawn."""
    studio, view, channel = call.desk.studio, view_of(call), channel_of(call)
    faults = studio.faults(data)
    if faults:
        return Look(view=view, channel=channel, faults=faults)
    origins = studio.origins(data, *await texts_of(call, item))
    asker = "" if whole else f"{call.login} {item.id}"
    try:
        drawn = await studio.preview(asker, data, view, channel)
    except InvalidInput as error:
        return Look(view=view, channel=channel, faults=(error,), origins=origins)
    except GongkaiError as error:
        return Look(view=view, channel=channel, problem=error, origins=origins)
    if drawn is None:
        raise Overtaken
    return Look(
        view=view,
        channel=channel,
        pictures=shown(drawn),
        text=studio.text(data),
        origins=origins,
    )


async def texts_of(call: Call, item: Item) -> list[str]:
    """What a graphic of the item is made from: its own text, then that of every document which it
    interprets, if that is public or of a body in which the reader works."""
    return [
        item.body,
        *(
            other.body
            for relation, other in await call.desk.catalogue.relations(item.id)
            if relation.kind is RelationKind.INTERPRETS and relation.item_id == item.id
            if other.published_at or other.body_id in call.visitor.roles
        ),
    ]


def shown(drawn: tuple[Drawn, ...]) -> tuple[Shown, ...]:
    return tuple(
        Shown(source=f"data:image/png;base64,{base64.b64encode(one.picture).decode()}", drawn=one)
        for one in drawn
    )


def view_of(call: Call) -> str:
    wanted = call.text("view") or call.asked("view")
    return wanted if wanted in VIEWS else VIEWS[0]


def channel_of(call: Call) -> str:
    wanted, known = call.text("channel") or call.asked("channel"), call.desk.channels
    return wanted if wanted in known else _USUAL_CHANNEL if _USUAL_CHANNEL in known else min(known)


def _value(field: str) -> bool:
    """Whether it is a line of a list, which is one field of the form."""
    return field.endswith("]") and field.rpartition(".")[2].partition("[")[0] in _LISTS


_LISTS = frozenset({"paragraphs", "labels", "values", "sources"})
