"""What can be wrong with what somebody sends from a page of ours.

GongkaiError
├── WritesTooFast   more than one person may write in a minute
├── NoSuchChoice    was never offered to this person, or was erased
└── BadMessage      empty, too long, or without a key
"""

from __future__ import annotations

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words

__all__ = ["BadMessage", "NoSuchChoice", "WritesTooFast"]


class WritesTooFast(GongkaiError):
    code = "writes-too-fast"

    def __init__(self) -> None:
        super().__init__(
            Words("您发送得太快", "You are writing too fast"),
            remedy=Words("请等一分钟再发送", "please wait a minute"),
        )


class NoSuchChoice(NotFound):
    code = "no-such-choice"

    def __init__(self) -> None:
        super().__init__(
            Words("没有这个选项", "There is no such choice"),
            field="choice",
            remedy=Words("请重新提问", "please ask again"),
        )


class BadMessage(InvalidInput):
    code = "bad-message"
