"""What the staff API does with reports: keep, list, make, put on a rhythm, delete; each is made
with the sight of who keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from hub.opinion.briefs.models import Section, StoredBrief
from hub.opinion.reports.models import Choice, Report, Rhythm
from web.staff.desk import Call

__all__ = [
    "KeepReport",
    "MakeReport",
    "PreviewReport",
    "ScheduleReport",
    "StaffMadeReport",
    "StaffMadeReports",
    "StaffReport",
    "StaffReportPreview",
    "StaffReports",
    "change_report",
    "delete_report",
    "list_made",
    "list_reports",
    "make_report",
    "preview_report",
    "save_report",
    "schedule_report",
]

Address = Annotated[str, Meta(max_length=254)]
Names = Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=50)]


class KeepReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`bodies` are codes, each with everything below it; none: all that the caller operates.
    `sections` empty: everything is shown."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    bodies: Names = ()
    topics: Names = ()
    channels: Names = ()
    sections: tuple[Section, ...] = ()


class MakeReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Both days belong to it; at most 366, none to come."""

    first: date
    last: date


class PreviewReport(KeepReport, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of the days of `MakeReport`."""

    first: date
    last: date


class ScheduleReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`recipients` are e-mail addresses."""

    rhythm: Rhythm
    recipients: Annotated[
        tuple[Annotated[str, Meta(max_length=254)], ...], Meta(max_length=50)
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReport:
    """`stopped` says why it is made no more by itself, empty otherwise."""

    id: str
    name: str
    owner: str
    bodies: tuple[str, ...]
    topics: tuple[str, ...]
    channels: tuple[str, ...]
    sections: tuple[str, ...]
    rhythm: str
    recipients: tuple[str, ...]
    stopped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReports:
    reports: tuple[StaffReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMadeReport:
    """`files` are the SHA-256 of each, by its name."""

    id: str
    title: str
    number: str
    first: date
    last: date
    made_at: datetime
    files: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMadeReports:
    made: tuple[StaffMadeReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReportPreview:
    """Everything that would stand in it, as data."""

    model: dict[str, Any]


async def preview_report(call: Call) -> StaffReportPreview:
    """How it would look; nothing is kept."""
    told: PreviewReport = call.told
    made = await call.services.reports.preview(
        told.name, _choice(told), told.first, told.last, actor=call.login
    )
    return StaffReportPreview(model=msgspec.to_builtins(made))


async def list_reports(call: Call) -> StaffReports:
    """One's own, or everybody's for who operates every body."""
    found = await call.services.reports.all(actor=call.login)
    return StaffReports(reports=tuple(map(_told, found)))


async def save_report(call: Call) -> StaffReport:
    told: KeepReport = call.told
    return _told(await call.services.reports.save(told.name, _choice(told), actor=call.login))


async def change_report(call: Call) -> StaffReport:
    """As a whole: what is not told is empty then."""
    told: KeepReport = call.told
    reports = call.services.reports
    return _told(await reports.change(_id(call), told.name, _choice(told), actor=call.login))


async def schedule_report(call: Call) -> StaffReport:
    told: ScheduleReport = call.told
    reports = call.services.reports
    changed = await reports.schedule(_id(call), told.rhythm, told.recipients, actor=call.login)
    return _told(changed)


async def delete_report(call: Call) -> StaffReport:
    """The definition goes and is told as it was; what was made stays."""
    reports = call.services.reports
    held = await reports.get(_id(call), actor=call.login)
    await reports.delete(held.id, actor=call.login)
    return _told(held)


async def make_report(call: Call) -> StaffMadeReport:
    told: MakeReport = call.told
    reports = call.services.reports
    return _made(await reports.make(_id(call), told.first, told.last, actor=call.login))


async def list_made(call: Call) -> StaffMadeReports:
    reports = call.services.reports
    held = await reports.get(_id(call), actor=call.login)
    return StaffMadeReports(made=tuple(map(_made, await reports.made(held))))


def _id(call: Call) -> str:
    return call.request.match_info["report"]


def _choice(told: KeepReport) -> Choice:
    return Choice(
        bodies=told.bodies,
        topics=told.topics,
        channels=told.channels,
        sections=told.sections or tuple(Section),
    )


def _told(one: Report) -> StaffReport:
    choice = one.choice
    return StaffReport(
        id=one.id,
        name=one.name,
        owner=one.owner,
        bodies=choice.bodies,
        topics=choice.topics,
        channels=choice.channels,
        sections=tuple(section.value for section in choice.sections),
        rhythm=one.rhythm.value,
        recipients=one.recipients,
        stopped=one.stopped,
    )


def _made(one: StoredBrief) -> StaffMadeReport:
    return StaffMadeReport(
        id=one.id,
        title=one.title,
        number=one.number,
        first=one.first,
        last=one.last,
        made_at=one.made_at,
        files=dict(one.files),
    )
