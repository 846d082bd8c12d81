"""Published items by what somebody types, to be named as a source."""

from __future__ import annotations

from typing import Any

from hub.catalogue.search.errors import NoIndex
from hub.catalogue.search.models import Narrowing, Question
from hub.kernel.errors import InvalidInput
from web.console.call import Call

__all__ = ["published"]


async def published(call: Call, text: str, limit: int) -> list[dict[str, Any]]:
    """At most `limit` that answer it, the best first; none while there is no index."""
    question = Question(text=text, narrowing=Narrowing(public_only=True), limit=limit)
    try:
        hits = (await call.desk.search.find(question)).hits
    except (NoIndex, InvalidInput):
        return []
    return [
        {
            "id": hit.item.id,
            "title": hit.item.title,
            "doc_no": hit.item.doc_no,
            "passage": hit.passage.text,
            "picked": False,
        }
        for hit in hits
    ]
