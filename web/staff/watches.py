"""What the staff API does with watch topics, sources, and the versions of the judging models."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import Forbidden, InvalidInput, Words
from hub.opinion.judging.models import Field
from hub.opinion.judging.service import LEARNED
from hub.opinion.signals.models import SignalKind, Trust
from hub.opinion.sources.models import NewSource, Source, SourceEvent, SourceKind, SourceState
from hub.opinion.watches.models import NewWatch, WatchEvent, WatchState
from hub.organisations.models import Role
from web.console.area import SUPERVISING
from web.console.looking import OPERATING_BOARDS
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "CheckSource",
    "EnterSource",
    "KeepWatch",
    "StaffModel",
    "StaffModels",
    "StaffReading",
    "StaffSource",
    "StaffSources",
    "StaffWatch",
    "StaffWatches",
    "StepSource",
    "StepWatch",
    "TrainModel",
    "UseModel",
    "change_watch",
    "check_source",
    "enter_source",
    "list_models",
    "list_sources",
    "list_watches",
    "make_watch",
    "step_source",
    "step_watch",
    "train_model",
    "use_model",
]

_OVERSEEING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Few = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...], Meta(max_length=50)]


class KeepWatch(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Signals with any of `include` and none of `exclude`, of those places and channels where
    some are named."""

    name: Name
    include: Few = ()
    exclude: Few = ()
    places: Few = ()
    channels: Few = ()


class StepWatch(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: Name
    event: WatchEvent


class EnterSource(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Read every so many `minutes`. `paths` say where in JSON a field is, such as
    `{"items": "data.list"}`; `body` (a code) is who it is about."""

    name: Name
    url: Annotated[str, Meta(min_length=1, max_length=2_000)]
    kind: SourceKind = SourceKind.FEED
    minutes: Annotated[int, Meta(ge=1, le=10_080)] = 30
    paths: Annotated[
        dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=200)]],
        Meta(max_length=20),
    ] = {}
    signal_kind: SignalKind = SignalKind.MENTION
    trust: Trust = Trust.OUTSIDE
    body: Annotated[str, Meta(max_length=64)] = ""


class StepSource(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: Name
    event: SourceEvent


class CheckSource(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: Name


class TrainModel(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    field: Field


class UseModel(TrainModel, forbid_unknown_fields=True, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=99_999_999)]


class StaffWatch(Told, frozen=True, kw_only=True):
    id: str
    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    places: tuple[str, ...]
    channels: tuple[str, ...]
    state: WatchState
    made_at: datetime
    made_by: str
    signals: int


class StaffWatches(Struct, frozen=True, kw_only=True):
    watches: tuple[StaffWatch, ...]


class StaffSource(Told, frozen=True, kw_only=True):
    """`minutes` between readings; `body` is an id."""

    id: str
    name: str
    kind: SourceKind
    url: str
    minutes: int
    signal_kind: SignalKind
    trust: Trust
    body_id: str
    state: SourceState
    added_at: datetime
    added_by: str
    next_at: datetime
    read_at: datetime | None
    last_error: str
    failures: int
    items_seen: int
    items_new: int


class StaffSources(Struct, frozen=True, kw_only=True):
    sources: tuple[StaffSource, ...]


class StaffReading(Told, frozen=True, kw_only=True):
    """How a reading went: of `seen` entries `added` were new; `error` is empty where it went."""

    source: str
    unchanged: bool
    seen: int
    added: int
    undated: int
    refused: int
    error: str


class StaffModel(Told, frozen=True, kw_only=True):
    """A version of what judges `field`; `active`: it is in use."""

    field: Field
    version: int
    trained_at: datetime
    trained_by: str
    labels: int
    active: bool


class StaffModels(Struct, frozen=True, kw_only=True):
    """The newest first within a field."""

    models: tuple[StaffModel, ...]


async def list_watches(call: Call) -> StaffWatches:
    """What came since is read first, so that the figures are those of now."""
    await call.somewhere(OPERATING_BOARDS.roles)
    watches = call.services.console.listening.watches
    await watches.look()
    return StaffWatches(watches=tuple(told(StaffWatch, one) for one in await watches.all()))


async def make_watch(call: Call) -> StaffWatch:
    """It looks at everything from the oldest signal on."""
    await call.somewhere(OPERATING_BOARDS.roles)
    watches = call.services.console.listening.watches
    return told(StaffWatch, await watches.make(_watch(call.told), actor=call.login))


async def change_watch(call: Call) -> StaffWatch:
    """Other words for the watch of that name; it looks at everything anew."""
    asked: KeepWatch = call.told
    await _own_watch(call, asked.name)
    watches = call.services.console.listening.watches
    return told(StaffWatch, await watches.change(_watch(asked), actor=call.login))


async def step_watch(call: Call) -> StaffWatch:
    """Pause it, or let it go on where it stopped."""
    asked: StepWatch = call.told
    await _own_watch(call, asked.name)
    watches = call.services.console.listening.watches
    return told(StaffWatch, await watches.step(asked.name, asked.event, actor=call.login))


async def _own_watch(call: Call, name: str) -> None:
    """Who made it, or the office that oversees all, changes a watch."""
    await call.somewhere(OPERATING_BOARDS.roles)
    held, _ = await call.services.console.listening.watches.watch(name)
    if held.made_by != call.login and not await call.holds(_OVERSEEING):
        raise Forbidden(
            Words(f"方案“{name}”由 {held.made_by} 建立", f"'{name}' was made by {held.made_by}"),
            field="name",
            remedy=Words("请建立人或公开办修改，或另建一个", "ask them, or make one of your own"),
        )


def _watch(asked: KeepWatch) -> NewWatch:
    return NewWatch(
        name=asked.name.strip(),
        include=asked.include,
        exclude=asked.exclude,
        places=asked.places,
        channels=asked.channels,
    )


async def list_sources(call: Call) -> StaffSources:
    await call.somewhere(OPERATING_BOARDS.roles)
    async with call.services.console.listening.sources() as sources:
        found = await sources.all()
    return StaffSources(sources=tuple(_source(one) for one in found))


async def enter_source(call: Call) -> StaffSource:
    """It is read at the next look."""
    asked: EnterSource = call.told
    await call.somewhere(SUPERVISING.roles)
    body = await call.services.organisations.body(asked.body) if asked.body else None
    new = NewSource(
        name=asked.name.strip(),
        kind=asked.kind,
        url=asked.url.strip(),
        every=timedelta(minutes=asked.minutes),
        paths=asked.paths,
        signal_kind=asked.signal_kind,
        trust=asked.trust,
        body_id=body.id if body else "",
        zone=call.services.zone,
    )
    async with call.services.console.listening.sources() as sources:
        return _source(await sources.add(new, actor=call.login))


async def step_source(call: Call) -> StaffSource:
    asked: StepSource = call.told
    await call.somewhere(SUPERVISING.roles)
    async with call.services.console.listening.sources() as sources:
        step = sources.pause if asked.event is SourceEvent.PAUSED else sources.resume
        return _source(await step(asked.name, actor=call.login))


async def check_source(call: Call) -> StaffReading:
    """Read it now, as if nothing had been read before, and tell how it went."""
    asked: CheckSource = call.told
    await call.somewhere(SUPERVISING.roles)
    async with call.services.console.listening.sources() as sources:
        return told(StaffReading, await sources.check(asked.name))


async def list_models(call: Call) -> StaffModels:
    await call.somewhere(OPERATING_BOARDS.roles)
    judging = call.services.judging
    found = [one for field in LEARNED for one in await judging.models(field)]
    return StaffModels(models=tuple(told(StaffModel, one) for one in found))


async def use_model(call: Call) -> StaffModels:
    """Let a version judge from now on."""
    asked: UseModel = call.told
    await call.somewhere(SUPERVISING.roles)
    judging = call.services.console.listening.judging
    await judging.activate(_learned(asked), asked.version, actor=call.login)
    return await list_models(call)


async def train_model(call: Call) -> StaffModel:
    """Anew from the lists and what was corrected: seconds, with many labels a minute."""
    await call.somewhere(SUPERVISING.roles)
    judging = call.services.console.listening.judging
    return told(StaffModel, await judging.train(_learned(call.told), actor=call.login))


def _learned(asked: TrainModel) -> Field:
    if asked.field not in LEARNED:
        raise InvalidInput(
            Words("该栏目不训练", "that field is not learned"),
            field="field",
            remedy=Words("、".join(LEARNED), ", ".join(LEARNED)),
        )
    return asked.field


def _source(one: Source) -> StaffSource:
    minutes = max(1, int(one.every.total_seconds()) // 60)
    return StaffSource(
        minutes=minutes,
        **{name: getattr(one, name) for name in StaffSource.__struct_fields__ if name != "minutes"},
    )
