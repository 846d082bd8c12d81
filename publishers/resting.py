"""How long an account that is asked for what citizens wrote rests between two looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.kernel.errors import Words
from publishers.contract import Field

__all__ = ["REST", "rest_of"]

_LONGEST_S = 86_400

REST = Field(
    name="poll_seconds",
    words=Words(
        "两次读取间隔秒数（平台配额更高时可缩短）",
        "seconds between two looks, for accounts with a larger budget",
    ),
    required=False,
)


def rest_of(settings: Mapping[str, Any], usual: timedelta) -> timedelta:
    """What the account's settings say, from a second to a day; else what is usual."""
    said = str(settings.get(REST.name) or "")
    if not (said.isascii() and said.isdecimal() and 1 <= int(said) <= _LONGEST_S):
        return usual
    return timedelta(seconds=int(said))
