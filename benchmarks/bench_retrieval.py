"""Retrieval: is the right regulation found by what one of its articles says, without its title?

For each of the 1,191 regulations the question is the first sentence of an article, chosen by a
fixed seed, with every word of the title taken out. The index holds all of them, under a body for
each region, and places that a question names count as they do for a citizen. The right one must be
among the first ten for at least 90 % of the questions.

    python -m benchmarks.bench_retrieval [--quick] [--regulations FILE]

Without a file the full texts beside the repository are taken where they are, else the excerpt in
it. --quick asks about every second regulation.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import uvloop

from app.compose import Hub, open_hub
from app.settings import LogLevel, Settings
from benchmarks.corpus import Regulation, regulations
from hub.catalogue.search.models import Narrowing, Question
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.segment import segmenter
from hub.organisations.models import BodyKind, NewBody

_SEED = 711
_SHORTEST = 20  # characters of a question
_END = re.compile("[。；\n]")
_NATION, _NATION_CODE = "全国", "cn"


def question_of(one: Regulation, random: Random) -> str:
    """The first sentence of an article without the title's words; empty where none is left."""
    told = [sentence for article in one.articles if (sentence := _END.split(article)[0])]
    stripped = [_without_title(sentence, one.title) for sentence in told]
    enough = [text for text in stripped if len(text) >= _SHORTEST]
    return random.choice(enough) if enough else ""


def _without_title(sentence: str, title: str) -> str:
    plain = normalised(sentence)
    words = [word for word in segmenter().words(normalised(title)) if len(word) > 1]
    for word in sorted([normalised(title), *words], key=len, reverse=True):
        plain = plain.replace(word, "")
    return plain


def _bodies(known: Sequence[Regulation]) -> list[NewBody]:
    regions = sorted({one.region or _NATION for one in known} - {_NATION})
    return [
        NewBody(code=_NATION_CODE, name=_NATION, kind=BodyKind.PROVINCE),
        *(
            NewBody(code=f"r{n}", name=region, kind=BodyKind.CITY, parent_code=_NATION_CODE)
            for n, region in enumerate(regions)
        ),
    ]


async def enter(hub: Hub, folder: Path, known: Sequence[Regulation]) -> list[str]:
    """Import all of them; their ids in the same order."""
    bodies = _bodies(known)
    await hub.organisations.import_bodies(bodies, actor="bench")
    codes = {body.name: body.code for body in bodies}
    file = folder / "regulations.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for n, one in enumerate(known):
            row = {
                "key": f"{n:05}",
                "title": one.title,
                "body": one.body,
                "attribute": "proactive",
                "body_code": codes[one.region or _NATION],
            }
            out.write(json.dumps(row) + "\n")
    report = await hub.catalogue.import_file(file, actor="bench")
    if report.added != len(known):
        raise RuntimeError(f"{report.added} of {len(known)} imported: {report.faults[:3]}")
    ids = {body.code: body.id for body in await hub.organisations.bodies()}
    found = [
        await hub.catalogue.find(ids[codes[one.region or _NATION]], f"{n:05}")
        for n, one in enumerate(known)
    ]
    return [item.id for item in found if item]


async def _ranks(hub: Hub, asked: Sequence[tuple[str, str]]) -> Iterator[int]:
    """The place of the right one for each (text, id), 0 where it is not among the first ten."""
    ranks = []
    for text, right in asked:
        question = Question(text=text, narrowing=Narrowing(public_only=False))
        hits = [hit.item.id for hit in (await hub.search.find(question)).hits]
        ranks.append(hits.index(right) + 1 if right in hits else 0)
    return iter(ranks)


async def measure(known: Sequence[Regulation], every: int) -> dict[str, float]:
    random = Random(_SEED)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with open_hub(Settings(home=home, log_level=LogLevel.WARNING)) as hub:
            ids = await enter(hub, home, known)
            await hub.search.rebuild()
            texts = [question_of(one, random) for one in known]
            asked = [pair for pair in zip(texts, ids, strict=True) if pair[0]][::every]
            begun = time.perf_counter()
            ranks = list(await _ranks(hub, asked))
            took = (time.perf_counter() - begun) * 1000 / len(asked)
    return {
        "regulations": len(known),
        "characters": sum(len(one.body) for one in known),
        "questions": len(asked),
        "hit_at_10": round(sum(rank > 0 for rank in ranks) / len(ranks), 4),
        "hit_at_1": round(sum(rank == 1 for rank in ranks) / len(ranks), 4),
        "mrr": round(sum(1 / rank for rank in ranks if rank) / len(ranks), 4),
        "mean_ms": round(took, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--regulations", type=Path)
    given = parser.parse_args()
    known = regulations(given.regulations)
    print(json.dumps(uvloop.run(measure(known, 2 if given.quick else 1))))


if __name__ == "__main__":
    main()
