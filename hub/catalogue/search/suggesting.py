"""Titles to offer while a person is still typing."""

from __future__ import annotations

from collections.abc import Iterable

from tantivy import Occur, Query, Searcher

from hub.catalogue.search.documents import PUBLIC, SCHEMA
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.pinyin import looks_like_pinyin
from hub.catalogue.search.segment import segmenter

__all__ = ["candidates", "chosen"]

_LONGEST = 40  # characters that are looked at
_ENDINGS = 30  # words tried for the one that is not finished


def candidates(searcher: Searcher, text: str) -> Query | None:
    """The public items whose titles have the words typed and one that goes on as the last does;
    None where nothing was typed that could be a title."""
    plain = "".join(normalised(text[:_LONGEST]).split())
    if looks_like_pinyin(plain):
        clauses = [_beginning(searcher, "sound", plain)]
    else:
        words = segmenter().phrase(plain)
        if not words:
            return None
        start, _ = words[-1]
        clauses = [Query.term_query(SCHEMA, "title", word) for _, word in words[:-1]]
        clauses.append(_beginning(searcher, "title", plain[start:]))
    clauses.append(Query.term_query(SCHEMA, "scope", PUBLIC, "basic"))
    return Query.boolean_query([(Occur.Must, clause) for clause in clauses])


def _beginning(searcher: Searcher, field: str, start: str) -> Query:
    found = [word for word, _ in searcher.terms_with_prefix(field, start, limit=_ENDINGS)]
    return Query.term_set_query(SCHEMA, field, found) if found else Query.empty_query()


def chosen(text: str, titles: Iterable[str], limit: int) -> list[str]:
    """Each title once; those that begin with the text first, then those that have it inside."""
    plain = "".join(normalised(text[:_LONGEST]).split())

    def rank(title: str) -> int:
        flat = normalised(title)
        return 0 if flat.startswith(plain) else 1 if plain in flat else 2

    return sorted(dict.fromkeys(titles), key=rank)[:limit]
