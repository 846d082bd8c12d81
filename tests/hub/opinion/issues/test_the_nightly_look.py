"""What the nightly look would merge and split: pure, over invented issues."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.opinion.issues.clusters import Clusters
from hub.opinion.issues.models import Issue, SuggestionKind
from hub.opinion.issues.nightly import merges, splits

_AT = datetime(2026, 3, 2, tzinfo=UTC)


def issue(own: str, signals: int, *texts: str) -> Issue:
    clusters = Clusters()
    clusters.learn((text, "") for text in texts)
    for text in texts:
        clusters.join(own, clusters.terms(text, ""))
    return Issue(
        id=own,
        title=texts[0],
        topic="",
        department="",
        place="",
        first_at=_AT,
        last_at=_AT,
        signals=signals,
        terms=clusters.centre(own),
    )


def test_the_smaller_of_two_alike_would_go_into_the_larger() -> None:
    small = issue("small", 2, "云栖苑房产证办不了")
    large = issue("large", 9, "云栖苑房产证何时办", "云栖苑房产证办不下来")
    other = issue("other", 5, "十七路公交末班车太早")
    [found] = merges([small, other, large], _AT)
    assert (found.kind, found.issue_id, found.others) == (SuggestionKind.MERGE, "small", ("large",))


def test_an_issue_of_two_parts_would_be_split() -> None:
    texts = [(f"a{n}", f"云栖苑房产证办不了第{n}次", "") for n in range(5)]
    texts += [(f"b{n}", f"十七路公交末班车太早第{n}次", "") for n in range(4)]
    [found] = splits({"i": texts, "short": texts[:3]}, _AT)
    assert found.kind is SuggestionKind.SPLIT
    assert set(found.others) == {"a0", "b0"}


def test_an_issue_of_one_piece_stays() -> None:
    texts = [(f"a{n}", f"云栖苑房产证办不了第{n}次", "") for n in range(9)]
    assert list(splits({"i": texts}, _AT)) == []
