"""aiogram, imported without building its models: whoever needs it imports it from here.

aiogram declares its 450 types with `defer_build`, and then has pydantic build every one of them at
import: five of the six seconds of CPU that the import takes. Here those are built that a call needs
(in the thread that imports: a first call must not hold up the loop while its answer is due), and
any other when first used, as pydantic does with what was deferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

__all__ = [
    "AiogramError",
    "BaseSession",
    "Bot",
    "BufferedInputFile",
    "DeleteMessage",
    "EditMessageMedia",
    "EditMessageText",
    "GetMe",
    "InputMediaPhoto",
    "Message",
    "ParseMode",
    "SendMediaGroup",
    "SendMessage",
    "SendPhoto",
    "TelegramAPIServer",
    "TelegramMethod",
    "TelegramType",
]

_REBUILD = BaseModel.__dict__["model_rebuild"]
_names: dict[str, Any] = {}  # what aiogram's types call each other


@contextmanager
def _building_postponed() -> Iterator[None]:
    """What aiogram asks pydantic to build is noted; others' models are built as ever, for this may
    run in a thread beside them."""

    def note(model: type[BaseModel], /, **options: Any) -> bool | None:
        if not model.__module__.startswith("aiogram."):
            built: bool | None = _REBUILD.__func__(model, **options)
            return built
        _names.update(options.get("_types_namespace") or {})
        return None

    BaseModel.model_rebuild = classmethod(note)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        BaseModel.model_rebuild = _REBUILD  # type: ignore[method-assign]


with _building_postponed():
    from aiogram import Bot
    from aiogram.client.session.base import BaseSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.enums import ParseMode
    from aiogram.exceptions import AiogramError
    from aiogram.methods import (
        DeleteMessage,
        EditMessageMedia,
        EditMessageText,
        GetMe,
        SendMediaGroup,
        SendMessage,
        SendPhoto,
        TelegramMethod,
    )
    from aiogram.methods.base import Response, TelegramType
    from aiogram.types import BufferedInputFile, InputMediaPhoto, Message
    from aiogram.types.base import TelegramObject


def _build(model: type[BaseModel], /, **options: Any) -> bool | None:
    """pydantic's `model_rebuild`, which it calls at the first use, told what the names mean."""
    built: bool | None = _REBUILD.__func__(model, **{"_types_namespace": _names or None} | options)
    return built


for _base in (TelegramObject, TelegramMethod, Response):
    _base.model_rebuild = classmethod(_build)  # type: ignore[assignment,method-assign]

_CALLED: tuple[type[TelegramMethod[Any]], ...] = (
    *(DeleteMessage, EditMessageMedia, EditMessageText, GetMe),
    *(SendMediaGroup, SendMessage, SendPhoto),
)
# kept, for pydantic forgets a parametrised model that nobody holds
_ANSWERS = tuple(Response[method.__returning__] for method in _CALLED)  # type: ignore[name-defined]
_NEEDED: tuple[type[BaseModel], ...] = (*_CALLED, *_ANSWERS)
for _model in _NEEDED:
    _model.model_rebuild()
