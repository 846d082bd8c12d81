"""Copies of messages as they come: decorated, in the other script, turned round, with slips."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Sequence

from opencc import OpenCC

from hub.opinion.issues.near import Window, bare

__all__ = ["measured", "sources"]

_SEED = 3
_SHORT = 120  # signs of a message that is copied
_FEWEST = 20
_SLIP = 0.04


def sources(texts: Sequence[tuple[str, str]]) -> list[str]:
    """Short messages no two of which share half of their pairs."""
    window = Window(alike=0.5)
    short = [f"{title}。{text}"[:_SHORT] for title, text in texts]
    return [
        text
        for n, text in enumerate(short)
        if len(bare(text)) >= _FEWEST and window.place(str(n), text) == str(n)
    ]


def measured(originals: Sequence[str], count: int) -> dict[str, float]:
    """Precision and recall over pairs of `count` copies, and copies per CPU second."""
    chance = random.Random(_SEED)
    traditional = OpenCC("s2t")
    picked = [chance.randrange(len(originals)) for _ in range(count)]
    copies = [_copy(originals[n], chance, traditional) for n in picked]
    window = Window()
    begun = time.process_time()
    found = [window.place(str(n), text) for n, text in enumerate(copies)]
    took = time.process_time() - begun
    both = _pairs(Counter(zip(picked, found, strict=True)))
    return {
        "near_duplicate_precision": round(both / _pairs(Counter(found)), 4),
        "near_duplicate_recall": round(both / _pairs(Counter(picked)), 4),
        "near_duplicates_per_cpu_s": round(count / took),
    }


def _pairs(counts: Counter[object]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _copy(text: str, chance: random.Random, traditional: OpenCC) -> str:
    """One of seven ways; the last two delete or insert signs."""
    way = chance.randrange(7)
    if way == 1:
        before = chance.choice(["转发：", "@市长信箱 ", "#民生# ", "[怒]"])
        return before + text + chance.choice(["[赞]", "！！！", "…", "@某某 请看"])
    if way == 2:
        return re.sub("[，。！？、]", lambda _: chance.choice("，。！ "), text)
    if way == 3:
        return traditional.convert(text)
    if way == 4:
        half = len(text) // 2
        return f"{text[half:]}。{text[:half]}"
    if way == 5:
        return "".join(sign for sign in text if chance.random() > _SLIP)
    if way == 6:
        return "".join(
            sign + (chance.choice("的了吧啊呢") if chance.random() < _SLIP else "") for sign in text
        )
    return text
