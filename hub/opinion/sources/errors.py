"""What can go wrong with sources.

GongkaiError
├── NotFound → UnknownSource
├── InvalidInput → BadSource
└── Unavailable → SourceUnreachable
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Unavailable, Words

__all__ = ["BadSource", "SourceUnreachable", "UnknownSource"]


class UnknownSource(NotFound):
    code = "unknown-source"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有来源 {name}", f"no source {name}"),
            field="source",
            remedy=Words("用 gongkai source list 查看", "see gongkai source list"),
        )


class BadSource(InvalidInput):
    code = "bad-source"

    def __init__(self, field: str, zh: str, en: str, remedy: Words | None = None) -> None:
        super().__init__(
            Words(zh, en),
            field=field,
            remedy=remedy or Words("改正后重试", "mend it and try again"),
        )


class SourceUnreachable(Unavailable):
    """It could not be read; it is tried again later, and later after every failure."""

    code = "source-unreachable"

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            Words(zh, en),
            field="url",
            remedy=Words("稍后自动重试；核对地址与网络", "it is tried again; check the address"),
        )
