"""Which wishes can be met, and which of them an item meets."""

from __future__ import annotations

from collections.abc import Iterable

from hub.catalogue.classification.models import SEPARATOR
from hub.catalogue.models import Item
from hub.catalogue.search.normalise import normalised
from hub.conversation.subscriptions.errors import BadSubscription
from hub.conversation.subscriptions.models import Topic, Wish
from hub.kernel.errors import Words

__all__ = ["MOST", "checked_wish", "keywords_in", "themes_of"]

MOST = 20  # subscriptions of one reader
_SHORTEST, _LONGEST = 2, 30  # characters of a word


def checked_wish(wish: Wish) -> Wish:
    """The wish in the form that is kept: a word normalised. Raises BadSubscription."""
    value, label = wish.value.strip(), " ".join(wish.label.split())[:_LONGEST] or wish.value
    if wish.topic is Topic.KEYWORD:
        value = " ".join(normalised(value).split())
        if not _SHORTEST <= len(value) <= _LONGEST:
            raise BadSubscription(
                Words(
                    f"关键词应有 {_SHORTEST} 至 {_LONGEST} 字",
                    f"a word has {_SHORTEST} to {_LONGEST} characters",
                ),
                field="value",
                remedy=Words("换一个词，如“公积金”", "choose another word"),
            )
    if not value:
        raise BadSubscription(
            Words("没有说明订阅什么", "does not say what"),
            field="value",
            remedy=Words("说明单位、主题或关键词", "name a body, a theme or a word"),
        )
    return Wish(topic=wish.topic, value=value, label=label, pace=wish.pace)


def themes_of(item: Item) -> list[str]:
    """The item's theme and each class above it."""
    parts = item.theme.split(SEPARATOR) if item.theme else []
    return [SEPARATOR.join(parts[:end]) for end in range(1, len(parts) + 1)]


def keywords_in(item: Item, words: Iterable[str]) -> list[str]:
    """Those of the (normalised) words that the item's title or keywords have."""
    text = normalised("\n".join((item.title, *item.keywords)))
    return [word for word in words if word in text]
