"""The reference messages and what is known of them, for bench_opinion.

They are citizens' messages to mailboxes of the government (made anonymous), which carry no licence:
they are read from a folder, nothing of them is kept.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.kernel.clock import instant_of_wall_time
from hub.opinion.judging.ports import Labelled
from hub.opinion.judging.taxonomy import Labels

__all__ = ["FILES", "dated", "departments", "intents", "others", "texts", "topics"]

FILES = ("messages_labelled", "messages_hot", "messages_answered")
_INTENTS = Path(__file__).parent / "data" / "opinion_intents.json"
_COMMONEST = 13  # departments that are measured, as the reference study had them
_ENDING = r"[\u4e00-\u9fff]{0,6}?(?:局|委员会|委|厅|支队|大队|办|中心|所)"


def _read(data: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def topics(data: Path) -> list[Labelled]:
    """Messages with the first-level label that they have in the reference data."""
    rows = _read(data, "messages_labelled")
    return [Labelled(r["留言主题"], r["留言详情"], r["一级分类"]) for r in rows]


def others(data: Path, count: int) -> list[Labelled]:
    """Messages whose labels nobody knows, for the vocabulary."""
    return [Labelled(r["留言主题"], r["留言详情"]) for r in _read(data, "messages_hot")[:count]]


def departments(data: Path, labels: Labels) -> tuple[list[Labelled], list[str]]:
    """Messages with the department that the official reply names first, and the 13 commonest.

    The label is distant: a reply may name a department that only took part.
    """
    owners = {name: label.name for label in labels.labels for name in label.others}
    names = "|".join(sorted(owners, key=len, reverse=True))
    named = re.compile(f"({names}){_ENDING}")
    found = []
    for row in _read(data, "messages_answered"):
        hit = named.search(row["答复意见"])
        if hit:
            found.append(Labelled(row["留言主题"], row["留言详情"], owners[hit[1]]))
    counts = {name: sum(one.label == name for one in found) for name in labels.names}
    kept = sorted(counts, key=lambda name: -counts[name])[:_COMMONEST]
    return [one for one in found if one.label in kept], kept


def intents(data: Path) -> list[Labelled]:
    """Messages with the intent that somebody judged them to have."""
    known = json.loads(_INTENTS.read_text("utf-8"))["intents"]
    rows = [row for name in FILES[1:] for row in _read(data, name)]
    keyed = {hashlib.sha256(row["留言编号"].encode()).hexdigest()[:12]: row for row in rows}
    return [
        Labelled(keyed[key]["留言主题"], keyed[key]["留言详情"], intent)
        for key, intent in known.items()
        if key in keyed
    ]


def texts(data: Path) -> list[tuple[str, str]]:
    """Title and text of every message."""
    rows = [row for name in FILES for row in _read(data, name)]
    return [(row["留言主题"], row["留言详情"].strip()) for row in rows]


def dated(data: Path) -> list[tuple[str, str, str, str, datetime, int]]:
    """Number, author, title, text, time and likes of the messages of one city over a year."""
    return [
        (
            row["留言编号"],
            row["留言用户"],
            row["留言主题"],
            row["留言详情"].strip(),
            _instant(row["留言时间"]),
            int(row["点赞数"]),
        )
        for row in _read(data, "messages_hot")
    ]


def _instant(text: str) -> datetime:
    wall = datetime.strptime(text.replace("-", "/"), "%Y/%m/%d %H:%M:%S")
    return instant_of_wall_time(wall, "Asia/Shanghai")
