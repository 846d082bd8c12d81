"""JSON answers that carry a code: read once, and turned into our errors by one table per platform.

Several platforms answer HTTP 200 whatever happened and say the truth in a number inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.kernel.errors import Words
from hub.publishing.errors import Busy, DeliveryError, Rejected, Unknown
from publishers.wire import Answer

__all__ = ["Codes", "Row", "row"]

_LOOK_UP = Words("按错误码在平台文档中查找原因", "look the code up in the platform's documentation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code of a platform: what we do, and what a person should do.

    `says`: holds only where the platform's own words contain this, in lower case. `wait`: before
    that nothing in `scope` is called again. `field`: what of the account is to be mended.
    """

    error: type[DeliveryError]
    words: Words
    remedy: Words
    says: str = ""
    wait: timedelta | None = None
    scope: str = "account"
    field: str = ""


def row(error: type[DeliveryError], zh: str, en: str, remedy: Words, **more: Any) -> Row:
    """A `Row` in one line of a table."""
    return Row(error=error, words=Words(zh, en), remedy=remedy, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """How a platform's answers read. `code` and `text` name the two members of its envelope;
    `statuses` are the HTTP statuses of its own: any other comes from a machine on the way and
    decides nothing. Rows of one code are tried in order; a code without one is a refusal too."""

    code: str
    text: str
    table: Mapping[int, tuple[Row, ...]]
    statuses: frozenset[int] = frozenset({200})

    def result_of(self, answer: Answer) -> Mapping[str, Any]:
        """The JSON object of a success; raises the error of its code, or an undecided one."""
        if answer.status not in self.statuses:
            raise answer.unreadable("http-status", "状态异常", "of an unexpected status")
        result = answer.json()
        if not isinstance(result, dict) or type(result.get(self.code)) is not int:
            raise answer.unreadable("no-envelope", "不合约定", "not of the documented shape")
        if result[self.code] != 0:
            raise self._error(result[self.code], str(result.get(self.text, "")), answer)
        return result

    def _error(self, code: int, said: str, answer: Answer) -> DeliveryError:
        found = self._row(code, said)
        # "busy" has been answered for calls that were carried out; a call without an effect
        # may simply be made again
        kind = Busy if found.error is Unknown and not answer.effect else found.error
        return kind(
            Words(f"{answer.what}：{found.words.zh}", f"{answer.what}: {found.words.en}"),
            platform_code=str(code),
            platform_message=said,
            remedy=found.remedy,
            retry_after=found.wait,
            scope=found.scope,
            field=found.field,
        )

    def _row(self, code: int, said: str) -> Row:
        for candidate in self.table.get(code, ()):
            if candidate.says in said.lower():
                return candidate
        return row(Rejected, "平台拒绝", "refused by the platform", _LOOK_UP)
