"""Answers: is a citizen told what the right regulation says, and told nothing where none says it?

For each regulation two questions are made by a fixed seed from one of its articles: *said*, the
article's first sentence without the title's words, and *asked*, its subject with five words of the
article. Questions that nothing answers are citizens' messages about local matters (`--data`, JSON
lines with 留言主题), else some of what people say to a bot and no law is about. What is looked at
is the surest passage, as by the skill that answers questions.

    python -m benchmarks.bench_answers [--quick] [--regulations FILE] [--data FILE]

`right` is answered from the right regulation, `wrong` from another one, the rest is refused;
`rightly_refused` is the share of the others that is. At the threshold of `bots.confidence`
`right` must be at least 0.85, `wrong` at most 0.1 and `rightly_refused` at least 0.9.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

import uvloop

from app.bots import open_answerer
from app.compose import Hub, open_hub
from app.settings import LogLevel, Settings
from benchmarks.bench_retrieval import enter, question_of
from benchmarks.corpus import Regulation, regulations
from bots.confidence import CERTAIN
from bots.retrieval import Retrieval
from hub.catalogue.publication import mark_public
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.segment import segmenter
from hub.kernel.database import Transaction

_SEED = 711
_END = re.compile("[。；\n]")
_WORDS = 5
_THRESHOLDS = (0.45, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
# Where no citizens' messages are given: what people say to a bot, and no law answers.
_BESIDE = (
    "今天会下雨吗", "推荐一家好吃的火锅店", "帮我写一首关于春天的诗",
    "我家楼下的路灯坏了三天了没人修",
    "302路公交车怎么又晚点了", "昨晚的球赛谁赢了", "帮我算一下365乘以24", "你是男的还是女的",
    "春熙路的停车场满了吗", "我的快递到哪里了", "彩票开奖号码是多少", "手机打不开怎么重启",
    "隔壁小王欠我钱不还我很生气", "给我讲个笑话", "英超积分榜", "怎么做回锅肉",
    "感冒了吃什么水果好", "比特币现在涨了还是跌了", "哪部电影最近好看", "我想学吉他从哪里开始",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the id of the regulation that answers it; "" where none does."""

    text: str
    right: str
    title: str = ""


def terms_of(one: Regulation, random: Random) -> str:
    """The subject with some words of an article, as a question; empty where there are too few."""
    told = [sentence for article in one.articles if len(sentence := _END.split(article)[0]) >= 20]
    subject = one.topic or one.title[-14:]
    if not told:
        return ""
    words = [word for word in segmenter().words(normalised(random.choice(told))) if len(word) > 1]
    whole = [word for word in words if not any(word != one and word in one for one in words)]
    picked = sorted(random.sample(range(len(whole)), min(len(whole), _WORDS)))
    return f"{subject}里{'、'.join(whole[n] for n in picked)}是怎么规定的？" if picked else ""


def messages(file: Path | None, random: Random, count: int) -> list[Asked]:
    """Citizens' messages about local matters, by their titles."""
    if file is None:
        return [Asked(text, "") for text in _BESIDE]
    rows = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    return [Asked(row["留言主题"], "") for row in random.sample(rows, min(count, len(rows)))]


async def _sure(retrieval: Retrieval, one: Asked) -> tuple[float, bool]:
    """How sure the best passage is, and whether it is the right regulation's."""
    best = (await retrieval.best(one.text)).best
    if best is None:
        return 0.0, False
    return best.confidence, one.right in (best.item.id, "") or best.item.title == one.title


def _shares(found: Sequence[tuple[float, bool]], least: float) -> tuple[float, float]:
    """Answered rightly, answered wrongly."""
    right = sum(sure >= least and good for sure, good in found) / len(found)
    wrong = sum(sure >= least and not good for sure, good in found) / len(found)
    return round(right, 4), round(wrong, 4)


def _publish(tx: Transaction, part: Sequence[str], at: datetime) -> None:
    for item_id in part:
        mark_public(tx, item_id, 1, at)


async def _stocked(hub: Hub, home: Path, known: Sequence[Regulation]) -> list[str]:
    ids = await enter(hub, home, known)
    for start in range(0, len(ids), 200):
        part, now = ids[start : start + 200], hub.clock.now()
        await hub.database.write(partial(_publish, part=part, at=now))
    await hub.search.rebuild()
    return ids


async def measure(known: Sequence[Regulation], data: Path | None, every: int) -> dict[str, object]:
    random = Random(_SEED)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, log_level=LogLevel.WARNING)
        async with open_hub(settings) as hub, open_answerer(hub) as engine:
            ids = await _stocked(hub, home, known)
            pairs = list(zip(known, ids, strict=True))
            said = [Asked(question_of(one, random), i, one.title) for one, i in pairs][::every]
            terms = [Asked(terms_of(one, random), i, one.title) for one, i in pairs][::every]
            beside = messages(data, random, 1_200 // every)
            retrieval = engine.desk.retrieval
            await retrieval.best("公积金")  # loads dictionaries
            begun = time.process_time()
            found = {
                name: [await _sure(retrieval, one) for one in asked if one.text]
                for name, asked in (("said", said), ("asked", terms), ("beside", beside))
            }
            spent = time.process_time() - begun
    return _told(found, spent)


def _told(found: dict[str, list[tuple[float, bool]]], spent: float) -> dict[str, object]:
    inside = found["said"] + found["asked"]
    for least in _THRESHOLDS:
        right, wrong = _shares(inside, least)
        refused = sum(sure < least for sure, _ in found["beside"]) / len(found["beside"])
        print(f"{least:.2f}  right {right:.3f}  wrong {wrong:.3f}  rightly refused {refused:.3f}")
    right, wrong = _shares(inside, CERTAIN)
    said, asked = (_shares(found[name], CERTAIN) for name in ("said", "asked"))
    refused = sum(sure < CERTAIN for sure, _ in found["beside"]) / len(found["beside"])
    return {
        "threshold": CERTAIN,
        "questions": len(inside),
        "right": right,
        "wrong": wrong,
        "right_said": said[0],
        "right_asked": asked[0],
        "others": len(found["beside"]),
        "rightly_refused": round(refused, 4),
        "cpu_ms": round(spent * 1000 / sum(map(len, found.values())), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sixth of the regulations")
    parser.add_argument("--regulations", type=Path)
    parser.add_argument("--data", type=Path, help="citizens' messages, JSON lines, gzip")
    given = parser.parse_args()
    known = regulations(given.regulations)[:: 6 if given.quick else 1]
    print(json.dumps(uvloop.run(measure(known, given.data, 2 if given.quick else 1))))


if __name__ == "__main__":
    main()
