"""The nightly look over issues: which belong together, which fall into parts. It suggests only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hub.opinion.issues.clusters import Clusters, cosine
from hub.opinion.issues.models import Issue, Suggestion, SuggestionKind

__all__ = ["PART", "Texts", "merges", "parts_of", "refused_before", "splits"]

Texts = Sequence[tuple[str, str, str]]  # id, title, text

_MERGE_FROM = 0.35  # cosine of two centres from which they may be one issue
_SPLIT_ALIKE = 0.3  # cosine that parts of one issue are grouped by again
_FEWEST = 8  # different signals from which an issue is worth splitting
PART = 3  # signals a part needs
_GROWN = 2  # times as many signals as when a split was refused
_PARTS_TOGETHER = 0.6  # share of the signals that the two largest parts hold


def merges(found: Sequence[Issue], now: datetime) -> Iterator[Suggestion]:
    """Pairs of issues that are alike; the smaller one would go into the larger."""
    by_term: dict[str, list[int]] = {}
    pairs: set[tuple[int, int]] = set()
    for number, issue in enumerate(found):
        strongest = sorted(issue.terms, key=lambda term: (-issue.terms[term], term))[:8]
        for term in strongest:
            pairs.update((other, number) for other in by_term.get(term, ()))
            by_term.setdefault(term, []).append(number)
    best: dict[str, Suggestion] = {}
    for left, right in sorted(pairs):
        large, small = sorted((found[left], found[right]), key=lambda i: (-i.signals, i.id))
        score = cosine(large.terms, small.terms)
        held = best.get(small.id)
        if score >= _MERGE_FROM and (held is None or held.score < score):
            best[small.id] = Suggestion(
                kind=SuggestionKind.MERGE,
                issue_id=small.id,
                others=(large.id,),
                score=round(score, 3),
                made_at=now,
            )
    yield from best.values()


def splits(texts: Mapping[str, Texts], now: datetime) -> Iterator[Suggestion]:
    """Issues whose signals fall into two parts and more when looked at closely."""
    for issue_id, members in texts.items():
        if len(members) < _FEWEST:
            continue
        parts = parts_of(members)
        if len(parts) < 2 or len(parts[1]) < PART:
            continue
        share = (len(parts[0]) + len(parts[1])) / len(members)
        if share >= _PARTS_TOGETHER:
            yield Suggestion(
                kind=SuggestionKind.SPLIT,
                issue_id=issue_id,
                others=tuple(part[0] for part in parts if len(part) >= PART),
                score=round(len(parts[1]) / len(parts[0]), 3),
                made_at=now,
            )


def parts_of(members: Texts) -> list[list[str]]:
    """What signals fall into when looked at closely, by their ids, the largest part first."""
    clusters = Clusters(_SPLIT_ALIKE)
    clusters.learn((title, text) for _, title, text in members)
    parts: dict[str, list[str]] = {}
    for signal_id, title, text in members:
        terms = clusters.terms(title, text)
        part, _ = clusters.nearest(terms)
        clusters.join(part or signal_id, terms)
        parts.setdefault(part or signal_id, []).append(signal_id)
    return sorted(parts.values(), key=lambda part: (-len(part), part))


def refused_before(
    one: Suggestion,
    refused: Mapping[tuple[SuggestionKind, str, str], int],
    sizes: Mapping[str, int],
) -> bool:
    """Whether an analyst has refused it: a merge of two for ever, a split until the issue has
    twice as many signals as then."""
    if one.kind is SuggestionKind.MERGE:
        pairs = ((one.issue_id, one.others[0]), (one.others[0], one.issue_id))
        return any((one.kind, *pair) in refused for pair in pairs)
    then = refused.get((one.kind, one.issue_id, ""))
    return then is not None and sizes.get(one.issue_id, 0) < _GROWN * then
