"""Refusals of requests that are sent again."""

from __future__ import annotations

from hub.kernel.errors import Conflict, InvalidInput, Words

__all__ = ["AnotherRequest", "UnderWay"]


class AnotherRequest(InvalidInput):
    """The key stands for a request that said something else."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__(
            Words("此幂等键已用于另一请求", "that idempotency key stands for another request"),
            field="Idempotency-Key",
            remedy=Words("为新请求换一个键", "take a new key for a new request"),
        )


class UnderWay(Conflict):
    """The same request is being carried out, or was cut short a moment ago."""

    code = "idempotency-key-under-way"

    def __init__(self) -> None:
        super().__init__(
            Words("同一请求正在处理", "the same request is under way"),
            field="Idempotency-Key",
            remedy=Words(
                "稍后以同一键重试：届时得到答复，或得知已做了什么",
                "try again shortly with that key: it gets the answer, or what was done",
            ),
        )
