"""What the staff API does with an item's files, its findings, its graphics and its previews."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from aiohttp import web
from msgspec import Meta, Struct

from hub.catalogue.attachments.errors import UnknownAttachment
from hub.catalogue.attachments.models import FileKind, Kept
from hub.catalogue.models import Item
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.rules import ENTERING
from hub.publishing.previewing.models import Preview
from hub.review.checks.service import Chosen
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "MOST_BYTES",
    "AskAttach",
    "AskPreviews",
    "AttachGraphic",
    "DetachFile",
    "DrawGraphic",
    "MaskFinding",
    "StaffFiles",
    "StaffGraphic",
    "StaffPreviews",
    "attach_file",
    "attach_graphic",
    "detach_file",
    "draft_graphic",
    "draw_cover",
    "draw_graphic",
    "list_files",
    "list_previews",
    "mask_finding",
    "read_file",
]

MOST_BYTES = 50 * 1024**2  # the largest kind of file there is
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Word = Annotated[str, Meta(max_length=64)]


class AskAttach(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`name` is that of the file."""

    name: Name


class DetachFile(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: Name


class MaskFinding(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`findings` are hashes (or their first 8 characters and more) of those that
    `GET /items/{item}/checks` tells."""

    findings: Annotated[
        tuple[Annotated[str, Meta(pattern="^[0-9a-f]{8,64}$")], ...],
        Meta(min_length=1, max_length=200),
    ]


class DrawGraphic(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`data` is an infographic as its schema has it (templates/graphics), `form` one of json,
    text, pdf, long, slices, cover, card; `channel` has a say in slices."""

    data: dict[str, Any]
    form: Annotated[str, Meta(max_length=16)] = "long"
    channel: Word = ""


class AttachGraphic(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`data` is attached as file `name` with its slices for `channel`, in place of those that a
    file of that name has. `base_version` is the version of the item it was made for; `alts` are
    alternative texts by a picture's SHA-256."""

    data: dict[str, Any]
    channel: Word
    base_version: Annotated[int, Meta(ge=1, le=9_999_999)]
    name: Name = "图解.json"
    alts: Annotated[dict[Hash, Annotated[str, Meta(max_length=1_000)]], Meta(max_length=100)] = {}


class AskPreviews(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`channel`: one alone."""

    channel: Word = ""


class StaffFlaw(Told, frozen=True, kw_only=True):
    """Something that hides in a file."""

    name: str
    words: Said
    grave: bool
    detail: str


class StaffFile(Struct, frozen=True, kw_only=True):
    name: str
    sha256: str
    media_type: str
    size: int
    kind: FileKind
    flaws: tuple[StaffFlaw, ...]


class StaffFiles(Struct, frozen=True, kw_only=True):
    """Those of the item's current `version`."""

    version: int
    files: tuple[StaffFile, ...]


class StaffGraphic(Struct, frozen=True, kw_only=True):
    """An infographic's data, by its schema."""

    data: dict[str, Any]


class StaffGauge(Told, frozen=True, kw_only=True):
    """How long a field of a part is, and how long it may be."""

    field: str
    part: int
    length: int
    limit: int
    unit: Said


class StaffPreview(Struct, frozen=True, kw_only=True):
    """What a channel's templates make of the item: the payload that would be signed, or why there
    is none."""

    channel: str
    name: str
    payload: str
    payload_hash: str
    gauges: tuple[StaffGauge, ...]
    problem: Said | None


class StaffPreviews(Struct, frozen=True, kw_only=True):
    previews: tuple[StaffPreview, ...]


async def list_files(call: Call) -> StaffFiles:
    return await _files(call, await call.item())


async def read_file(call: Call) -> web.Response:
    """The bytes as they were stored."""
    item, sha256 = await call.item(), call.part("sha256")
    found = next((one for one in item.attachments if one.sha256 == sha256), None)
    if found is None:
        raise UnknownAttachment(sha256)
    data = await call.services.catalogue.read(sha256)
    return _sent(data, "application/octet-stream", found.name)


async def attach_file(call: Call) -> StaffFiles:
    """It is looked into before it is kept, as a new version."""
    asked: AskAttach = call.asked
    item = await call.item(ENTERING)
    catalogue = call.services.catalogue
    return await _files(
        call, await catalogue.attach(item.id, asked.name, call.told, actor=call.login)
    )


async def detach_file(call: Call) -> StaffFiles:
    asked: DetachFile = call.told
    item = await call.item(ENTERING)
    catalogue = call.services.catalogue
    return await _files(call, await catalogue.detach(item.id, asked.name, actor=call.login))


async def mask_finding(call: Call) -> StaffFiles:
    """A new version, whose review begins anew."""
    asked: MaskFinding = call.told
    item = await call.item(ENTERING)
    chosen = Chosen(hashes=asked.findings)
    masked, _ = await call.services.checks.mask(item.id, chosen, call.login)
    return await _files(call, masked)


async def draft_graphic(call: Call) -> StaffGraphic:
    """A first draft by rules from the item's text; nothing is written."""
    item = await call.item(ENTERING)
    return StaffGraphic(data=call.services.console.studio.draft(item))


async def draw_graphic(call: Call) -> web.Response:
    """Drawn and not kept."""
    asked: DrawGraphic = call.told
    item, studio = await call.item(ENTERING), call.services.console.studio
    _sound(call, asked.data)
    made = await studio.download(asked.data, asked.form, _channel(call, asked.channel), item.id)
    return _sent(made.data, made.content_type.partition(";")[0], made.name)


async def attach_graphic(call: Call) -> StaffFiles:
    asked: AttachGraphic = call.told
    item, studio = await call.item(ENTERING), call.services.console.studio
    _sound(call, asked.data)
    if not asked.name.endswith(".json"):
        raise InvalidInput(
            Words("文件名须以 .json 结尾", "the file's name has to end in .json"),
            field="name",
            remedy=Words("如 图解.json", "such as 图解.json"),
        )
    held = next((one for one in item.attachments if one.name == asked.name), None)
    before = studio.read(await call.services.catalogue.read(held.sha256)) if held else None
    made = await studio.attach(
        await _opened(call, item, asked.base_version),
        asked.data,
        name=asked.name,
        channel=_channel(call, asked.channel),
        alts=asked.alts,
        before=before,
        actor=call.login,
    )
    return await _files(call, made)


async def draw_cover(call: Call) -> web.Response:
    """The cover that a theme makes of the item."""
    item = await call.item()
    [body] = await call.services.organisations.bodies_among({item.body_id})
    drawn = await call.services.console.studio.theme_cover(item, body.name, call.part("theme"))
    return _sent(drawn.picture, "image/png", f"{item.id}.png")


async def list_previews(call: Call) -> StaffPreviews:
    """Of every channel, or of one."""
    asked: AskPreviews = call.asked
    item, channels = await call.item(), call.services.console.channels
    names = [_channel(call, asked.channel)] if asked.channel else sorted(channels)
    made = await call.services.console.previews.gallery(item, names)
    return StaffPreviews(previews=tuple(_preview(one) for one in made))


def _preview(one: Preview) -> StaffPreview:
    return StaffPreview(
        channel=one.seat.channel,
        name=one.seat.name,
        payload=one.payload,
        payload_hash=one.payload_hash,
        gauges=tuple(told(StaffGauge, gauge) for gauge in one.gauges),
        problem=Said.of(one.problem.words) if one.problem else None,
    )


async def _opened(call: Call, item: Item, version: int) -> Item:
    """The item as the graphic was made for it; StaleVersion follows where it is not the last."""
    if version == item.version:
        return item
    return await call.services.catalogue.version(item.id, version)


def _sound(call: Call, data: dict[str, Any]) -> None:
    """Raises the first fault of an infographic, which names the part."""
    if faults := call.services.console.studio.faults(data):
        raise faults[0]


def _channel(call: Call, name: str) -> str:
    known = call.services.console.channels
    if name and name not in known:
        raise InvalidInput(
            Words("没有这个渠道", "there is no such channel"),
            field="channel",
            remedy=Words("、".join(sorted(known)), ", ".join(sorted(known))),
        )
    return name or "website"


async def _files(call: Call, item: Item) -> StaffFiles:
    kept = await call.services.catalogue.attachments(item.id)
    return StaffFiles(version=item.version, files=tuple(_file(one) for one in kept))


def _file(one: Kept) -> StaffFile:
    file = one.attachment
    return StaffFile(
        name=file.name,
        sha256=file.sha256,
        media_type=file.media_type,
        size=file.size,
        kind=one.kind,
        flaws=tuple(told(StaffFlaw, flaw) for flaw in one.flaws),
    )


def _sent(data: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return web.Response(body=data, content_type=kind, headers=headers)
