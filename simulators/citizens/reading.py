"""What a text says, as a citizen reads it on a platform: an answer, of which kind, or a notice.

The sentences are those of templates/answers and of notices; a change there shows here at once, for
then the figures of a day make no sense.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from simulators.citizens.wording import simplified

__all__ = [
    "HANDED",
    "OUTCOME_PROMISED",
    "Kind",
    "is_notice",
    "kind_of",
    "tells_news",
    "tells_result",
]
__all__ = [
    "HANDED",
    "OUTCOME_PROMISED",
    "Kind",
    "is_notice",
    "kind_of",
    "tells_news",
    "tells_result",
]

_NEWS, _RESULT = "您订阅的新信息", "您反映的事项已有答复"
HANDED = re.compile(r"已转给工作人员|A member of staff will reply")
_NOTHING = re.compile(
    r"没有找到能回答|没有找到有关的文件|没有公开的这条信息"
    r"|No published document answers|Nothing that is published answers|No document was found"
)
OUTCOME_PROMISED = re.compile(r"有了公开的答复会在这里告诉您|you will be told here when the answer")
_SORRY = re.compile(r"暂时无法答复|您发送得太快|该公众号暂时无法提供服务")


class Kind(StrEnum):
    CITED = "cited"  # with a document that is published
    TOLD = "told"  # without: a confirmation, a menu
    HANDED = "handed"  # to a person
    NOTHING = "nothing"  # nothing that is published answers it
    SORRY = "sorry"  # not now


def is_notice(text: str) -> bool:
    """Whether it is nothing but a notice: its heading comes first, on a card behind the title."""
    if text.startswith((_NEWS, _RESULT)):
        return True
    title, _, rest = text.partition("\n")
    return bool(title) and rest.startswith((_NEWS, _RESULT))


def tells_result(text: str) -> bool:
    return _RESULT in text


def tells_news(text: str, title: str) -> bool:
    return _NEWS in text and title in text


def kind_of(text: str, titles: Collection[str]) -> Kind:
    """`titles` are those of what is published."""
    plain = simplified(text)
    if _SORRY.search(plain):
        return Kind.SORRY
    if HANDED.search(plain):
        return Kind.HANDED
    if _NOTHING.search(plain):
        return Kind.NOTHING
    return Kind.CITED if any(title in plain for title in titles) else Kind.TOLD
