"""Parts a long text into the numbered posts of a thread, between paragraphs where it can."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from hub.catalogue.text import Block
from publishers.shortening import pieces_of

__all__ = ["split"]

Blocks = tuple[Block, ...]


class Fits(Protocol):
    def __call__(self, blocks: Blocks, number: int) -> bool: ...


def split(blocks: Blocks, most: int, fits: Fits) -> list[Blocks] | None:
    """The blocks in at most `most` groups that fit; together they are the whole text.

    `fits(group, number)` says whether a group fits as part `number` (from 1). A paragraph is
    parted only where it is too long for a part of its own, and then after a sentence or phrase;
    a heading goes with what follows it. None where that cannot be done.
    """
    waiting = deque(blocks)
    groups: list[Blocks] = []
    while waiting:
        number = len(groups) + 1
        if number > most:
            return None
        group = _fill(waiting, partial(fits, number=number))
        if not group:
            return None
        groups.append(group)
    return groups


def _fill(waiting: deque[Block], fits: Callable[[Blocks], bool]) -> Blocks:
    """Take as many blocks from `waiting` as fit; empty where not even a phrase does."""
    group: Blocks = ()
    while waiting and fits((*group, waiting[0])):
        group = (*group, waiting.popleft())
    if not waiting:
        return group
    body = _without_trailing_headings(group)
    if body:
        waiting.extendleft(reversed(group[len(body) :]))
        return body
    head, rest = _part(waiting[0], lambda block: fits((*group, block)))
    if head is None:
        return ()
    waiting.popleft()
    if rest is not None:
        waiting.appendleft(rest)
    return (*group, head)


def _without_trailing_headings(group: Blocks) -> Blocks:
    end = len(group)
    while end and group[end - 1].level:
        end -= 1
    return group[:end]


def _part(block: Block, fits: Callable[[Block], bool]) -> tuple[Block | None, Block | None]:
    """The longest beginning of a block that fits, and the rest."""
    pieces = pieces_of(block.text)
    for count in range(len(pieces), 0, -1):
        head = replace(block, text="".join(pieces[:count]))
        if fits(head):
            rest = "".join(pieces[count:])
            return head, replace(block, text=rest) if rest else None
    return None, block
