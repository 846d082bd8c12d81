"""An answer as one text within a platform's limit, for channels that say everything in words.

Most important first: what is said, then the source it comes from, then what may be chosen by its
number. What does not fit is left out from the end of each, visibly; a choice is never left out,
for nobody could choose it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from hub.conversation.models import Answer, Citation
from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from publishers.shortening import shorten

__all__ = ["cited", "in_words", "menu"]

Fits = Callable[[str], bool]


def cited(cite: Citation, *, passage: bool = True) -> str:
    """A source in words: title, date, number, passage and address."""
    facts = "，".join(
        filter(None, (cite.published_on.isoformat() if cite.published_on else "", cite.index_no))
    )
    title = cite.title if cite.title.startswith("《") else f"《{cite.title}》"
    lines = [f"{title}（{facts}）" if facts else title]
    if passage and cite.passage:
        lines.append(f"「{cite.passage}」")
    if cite.url:
        lines.append(cite.url)
    return "\n".join(lines)


def menu(answer: Answer) -> str:
    """The choices by their numbers, which `hub.conversation` understands when they come back."""
    return "\n".join(f"{number}. {c.label}" for number, c in enumerate(answer.choices, 1))


def in_words(answer: Answer, fits: Fits, *, numbered: bool = True) -> str:
    """The whole answer as plain text for which `fits` holds.

    Raises Rejected where not even the choices fit: that is a defect of who answers.
    """
    choices = menu(answer) if numbered else ""
    for sources in _sources(answer.cites):
        body = _body(answer, sources, choices, fits)
        if body is not None:
            return body
    raise Rejected(
        Words("选项超过平台长度", "the choices are longer than the platform allows"),
        field="choices",
        remedy=Words("减少选项或缩短文字", "offer fewer choices, or shorter ones"),
    )


def _sources(cites: Sequence[Citation]) -> Iterator[tuple[str, ...]]:
    """The sources, each time with less of them."""
    yield tuple(cited(cite) for cite in cites)
    for count in range(len(cites), -1, -1):
        yield tuple(cited(cite, passage=False) for cite in cites[:count])


def _body(answer: Answer, sources: Sequence[str], choices: str, fits: Fits) -> str | None:
    def joined(said: str) -> str:
        return "\n\n".join(part for part in chain((said,), sources, (choices,)) if part)

    if not fits(joined("")):
        return None
    said = "\n\n".join(answer.paragraphs)
    shorter = shorten(said, lambda text: fits(joined(text)))
    if said and not shorter:
        return None if sources or not choices else joined("")
    return joined(shorter or "")
