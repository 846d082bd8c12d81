"""What was understood of a question as a query of the index, built part by part.

The index's own query language is never used: people type brackets, colons and minus signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tantivy import FieldType, Occur, Query, Searcher

from hub.catalogue.models import Validity
from hub.catalogue.search.documents import INNER, PUBLIC, SCHEMA, day_number
from hub.catalogue.search.models import Narrowing, Place, Understood
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.pinyin import looks_like_pinyin
from hub.catalogue.search.segment import segmenter
from hub.catalogue.search.understanding import SENTENCE

__all__ = ["Asked", "build", "filters", "shares"]

_BOOSTS = (("title", 4.0), ("keywords", 2.0), ("body", 1.0))
# A sentence is told by the text that says the same, not by titles that share a word with it:
# of 1,191 regulations 95 in a hundred are found so among the first ten, with the boosts above 84.
_SENTENCE_BOOSTS = (("title", 0.1), ("body", 1.0))
_MEANT_IN = (("title", 4.0), ("body", 1.0))  # fields that keep the places of their words
_SYNONYM = 0.7  # what was not said weighs less than what was
_SOUND = 3.0
_COMMON = 0.2  # share of the items above which a word tells none of them apart
_APPLIES = frozenset({Validity.IN_FORCE, Validity.AMENDED})
_FEW = 100  # items, among which every word counts
_KEPT = 3  # words kept where all are common
_MOST_WORDS = 24
# Occurrences looked through for one question. The rarest words tell items apart best, so what
# makes a question dear is left out first; 4.5 million items need a bound, small catalogues none.
_BUDGET = 400_000
_MOSTLY = 0.9
_SHORTEST_FUZZY = 6  # letters: shorter spellings are all alike at distance 1
_PHRASE_ENDINGS = range(2, 7)  # characters of an issuer tried in a text


@dataclass(frozen=True, slots=True)
class Asked:
    """`query` for the index, and what of the question went into it.

    `counted` finds the same and nothing that the asker may not see. `query` may find such hits as
    well, where they are few: a condition that nearly every item meets costs as much as the search
    itself. They are told by `Found.open`.
    """

    query: Query
    counted: Query
    understood: Understood
    ranked: bool = True  # False where only filters were given: then the newest come first


def build(
    searcher: Searcher,
    understood: Understood,
    narrowing: Narrowing,
    body_ids: Iterable[str] = (),
    today: date | None = None,
) -> Asked:
    """The query for what was understood, given what words are common in this index.

    `body_ids` are those of the narrowing's body and of all below it.
    """
    narrowed = filters(narrowing, body_ids, today)
    scope = [_silent(_term("scope", PUBLIC if narrowing.public_only else INNER))]
    known, parts, ranked = _parts(searcher, understood)
    counted = _all([*scope, *narrowed, *parts])
    told_apart = narrowing.public_only and _mostly_public(searcher) and (narrowed or parts)
    query = _all([*narrowed, *parts]) if told_apart else counted
    return Asked(query, counted, known, ranked)


def _mostly_public(searcher: Searcher) -> bool:
    return _frequency(searcher, "scope", PUBLIC) >= searcher.num_docs * _MOSTLY


def _parts(searcher: Searcher, understood: Understood) -> tuple[Understood, list[Query], bool]:
    """What was understood, the conditions it makes, and whether they rank."""
    if understood.index_no and _frequency(searcher, "index_no", understood.index_no):
        return understood, [_term("index_no", understood.index_no)], True
    numbers = [key for key in understood.numbers if _frequency(searcher, "number", key)]
    if numbers:
        known = replace(understood, numbers=tuple(numbers))
        must = [_silent(Query.term_set_query(SCHEMA, "number", numbers))]
        return known, [_scored(must, _flat(known.words))], True
    known, words = _choose_words(searcher, understood)
    conditions = [
        *_located(known.places),
        *_of_years(known.years),
        *map(_phrase, known.phrases),
    ]
    words += _cited(known.numbers) if known.numbers else []
    if words:
        return known, [*conditions, _any(words)], True
    said_nothing = known.text and not (known.places or known.phrases or known.years)
    return (
        known,
        [*conditions, *([Query.empty_query()] if said_nothing else [])],
        bool(known.phrases),
    )


def filters(
    narrowing: Narrowing, body_ids: Iterable[str] = (), today: date | None = None
) -> list[Query]:
    """A clause for each given field; what ended before `today` is not in force."""
    exact: Mapping[str, str | int | None] = {
        "year": narrowing.year,
        "theme": narrowing.theme,
        "genre": narrowing.genre,
        "validity": narrowing.validity and narrowing.validity.value,
        "attribute": narrowing.attribute and narrowing.attribute.value,
    }
    clauses = [_term(name, value) for name, value in exact.items() if value]
    if narrowing.body_id:
        clauses.append(_owners(body_ids))
    if narrowing.validity in _APPLIES and today:
        clauses.append(_since(today))
    return [_silent(clause) for clause in clauses]


def _since(today: date) -> Query:
    day = day_number(today)
    return Query.range_query(SCHEMA, "until", FieldType.Unsigned, lower_bound=day)


def _choose_words(
    searcher: Searcher, understood: Understood
) -> tuple[Understood, list[tuple[Occur, Query]]]:
    """Leave out what is too common, and look for what has no match by its sound."""
    total = searcher.num_docs
    often = {word: _often(searcher, word) for word in understood.words}
    sentence = len(often) > SENTENCE and not _is_in_a_title(searcher, understood.text)
    most = total if sentence or total < _FEW else total * _COMMON  # a sentence has its budget
    rare = [word for word, count in often.items() if count <= most]
    kept = rare or sorted(often, key=often.__getitem__)[:_KEPT]
    kept = _affordable(kept, often)
    dropped = [word for word in understood.words if word not in kept]
    sounds = _sounds(searcher, [word for word in kept if not often[word]])
    known = replace(
        understood,
        words=tuple(word for word in understood.words if word in kept),
        dropped=tuple(dropped),
        spelled=tuple(sounds),
    )
    meant = [official for to in understood.synonyms.values() for official in to]
    clauses = _flat(kept, _SENTENCE_BOOSTS if sentence else _BOOSTS) + _meant(meant)
    clauses += [(Occur.Should, Query.boost_query(query, _SOUND)) for query in sounds.values()]
    return known, clauses


def _affordable(words: Sequence[str], often: Mapping[str, int]) -> list[str]:
    """The rarest words that the budget allows, and the rarest three in any case."""
    kept: list[str] = []
    spent = 0
    for word in sorted(words, key=often.__getitem__)[:_MOST_WORDS]:
        spent += often[word]
        if len(kept) < _KEPT or spent <= _BUDGET:
            kept.append(word)
    return kept


def _meant(terms: Sequence[str]) -> list[tuple[Occur, Query]]:
    """Official terms, each as a whole: its parts alone would find much else."""
    return [
        (Occur.Should, Query.boost_query(query, boost * _SYNONYM))
        for term in dict.fromkeys(terms)
        for field, boost in _MEANT_IN
        if (query := _words_together(field, term))
    ]


def shares(searcher: Searcher, words: Iterable[str]) -> Mapping[str, float]:
    """Of each word the share of the items that have it in one of their texts; a word of none
    counts as one that half an item has, so that its rarity depends on how many there are."""
    total = max(1, searcher.num_docs)
    return {word: min(1.0, (_often(searcher, word) or 0.5) / total) for word in words}


def _often(searcher: Searcher, word: str) -> int:
    return max(_frequency(searcher, field, word) for field, _ in _BOOSTS)


def _frequency(searcher: Searcher, field: str, value: str) -> int:
    return searcher.doc_freq(field, value)


def _sounds(searcher: Searcher, words: Sequence[str]) -> dict[str, Query]:
    """Latin words that no text has, as spellings: exactly, else with one letter wrong."""
    found = {}
    latin = [word for word in words if looks_like_pinyin(word)]
    tried = [*latin, "".join(latin)] if len(latin) > 1 else latin
    for word in tried:
        if _frequency(searcher, "sound", word):
            found[word] = _term("sound", word)
        elif len(word) >= _SHORTEST_FUZZY:
            found[word] = Query.fuzzy_term_query(SCHEMA, "sound", word, distance=1)
    return found


def _flat(
    words: Iterable[str], boosts: Sequence[tuple[str, float]] = _BOOSTS
) -> list[tuple[Occur, Query]]:
    """Every word in every field side by side: nested, the same costs twice as much."""
    return [
        (Occur.Should, Query.boost_query(_term(field, word), boost))
        for word in words
        for field, boost in boosts
    ]


def _is_in_a_title(searcher: Searcher, text: str) -> bool:
    """Whether what was typed is a title, or a piece of one. Asked beforehand: as one more clause
    it would keep the index from passing over what cannot be among the best."""
    query = _words_together("title", text)
    return query is not None and bool(searcher.search(query, 1, count=False).hits)


def _located(places: Sequence[Place]) -> list[Query]:
    """Only what the named bodies have, or what names them in its title.

    A boost instead of a filter gave less than half the right answers.
    """
    if not places:
        return []
    ids = frozenset[str]().union(*(place.body_ids for place in places))
    ways = [Query.term_set_query(SCHEMA, "owner", sorted(ids))]
    ways += [query for place in places if (query := _words_together("title", place.name))]
    return [_silent(Query.boolean_query([(Occur.Should, way) for way in ways]))]


def _of_years(years: Sequence[int]) -> list[Query]:
    """Only what is of one of the years, or what names one in its title: the accounts of 2023 are
    published in 2024. Those that name it come first."""
    if not years:
        return []
    named = [_term("title", str(year)) for year in years]
    ways = [*(_term("year", year) for year in years), *named]
    must = _silent(Query.boolean_query([(Occur.Should, way) for way in ways]))
    title = dict(_BOOSTS)["title"]
    return [_scored([must], [(Occur.Should, Query.boost_query(way, title)) for way in named])]


def _owners(body_ids: Iterable[str]) -> Query:
    return Query.term_set_query(SCHEMA, "owner", sorted(body_ids))


def _phrase(text: str) -> Query:
    ways = [_words_together(field, text) for field in ("title", "body")]
    found = [(Occur.Should, way) for way in ways if way]
    return Query.boolean_query(found) if found else Query.empty_query()


def _words_together(field: str, text: str) -> Query | None:
    words = segmenter().phrase(text)
    if len(words) > 1:
        return Query.phrase_query(SCHEMA, field, list(words))
    return _term(field, words[0][1]) if words else None


def _cited(keys: Sequence[str]) -> list[tuple[Occur, Query]]:
    """Texts that name a document number which no item has."""
    clauses = []
    for key in keys:
        issuer, year, number = key.split("|")
        if year and len(issuer) in _PHRASE_ENDINGS:
            query = _words_together("body", normalised(f"{issuer}〔{year}〕{number}号"))
            clauses += [(Occur.Should, query)] if query else []
    return clauses


def _scored(must: Sequence[Query], should: Sequence[tuple[Occur, Query]]) -> Query:
    return Query.boolean_query([*((Occur.Must, query) for query in must), *should])


def _all(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(clauses: Sequence[tuple[Occur, Query]]) -> Query:
    return Query.boolean_query(list(clauses))


def _term(field: str, value: str | int) -> Query:
    return Query.term_query(SCHEMA, field, value, "basic" if field in _CODES else "position")


def _silent(query: Query) -> Query:
    """A condition, which must not weigh in the order."""
    return Query.const_score_query(query, 0.0)


_CODES = frozenset({"scope", "owner", "year", "theme", "genre", "validity", "attribute", "number"})
