"""What may be saved as a filter."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.filters.models import LONGEST_NAME

__all__ = ["checked_name", "query_of"]

_LONGEST_QUERY = 1_000


def checked_name(text: str) -> str:
    """The name without blanks around it; raises InvalidInput."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            Words(
                f"名称须为 1 至 {LONGEST_NAME} 个字符", f"a name has 1 to {LONGEST_NAME} characters"
            ),
            field="name",
            remedy=Words("起一个短名称，如“本周异常”", "a short one, such as “failed this week”"),
        )
    return name


def query_of(asked: Mapping[str, str]) -> str:
    """The filters that say something, in the order of their names; raises InvalidInput where none
    does or they are too long."""
    said = {name: value.strip() for name, value in sorted(asked.items()) if value.strip()}
    if not said:
        raise InvalidInput(
            Words("没有筛选条件可保存", "there is no filter to save"),
            field="query",
            remedy=Words("先在列表上筛选，再保存", "filter the list first, then save it"),
        )
    query = urlencode(said)
    if len(query) > _LONGEST_QUERY or "\0" in "".join(said.values()):
        raise InvalidInput(
            Words("筛选条件过长", "the filter is too long"),
            field="query",
            remedy=Words("缩短查找的文字", "shorten what is searched for"),
        )
    return query
