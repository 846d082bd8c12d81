"""Citizens' questions over the WeChat endpoint in secure mode, answered by the whole engine.

A hub with `--items` published items of a made-up province is asked by wrk over 32 connections:
sealed and signed callbacks, each with a question of its own kind (titles, subjects, numbers of
documents, sentences of laws), a fifth of them delivered two or three times, overlapping. A callback
is checked, decrypted, kept durably, read, searched, answered with sources that are looked up once
more, and sealed. Afterwards every message that got its answer must be kept (`lost`) and must have
been answered once (`double`).

    python -m benchmarks.bench_asking [--quick] [--items 100000] [--seconds 20] [--data DIR]

With `--data` the stocked hub is kept there and used again. `cpu_ms` is the CPU of the serving
process for one callback.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import uvloop

from benchmarks.bench_search import prepare
from benchmarks.callbacks.load import Load, drive, find_wrk
from benchmarks.callbacks.serving import Server, cpu_s, running
from benchmarks.stocking import province

_ITEMS = {True: 5_000, False: 100_000}
_SECONDS = {True: 5, False: 20}
_CONNECTIONS = 32
_MOST_PER_S = 1_500  # callbacks are made ahead for the fastest machine there may be
_WARM_S = 2
_QUESTIONS = 4_000


def questions() -> list[str]:
    """What citizens ask, the same every time: half by what an item is called, the others by its
    subject, its number, or a sentence of it."""
    random = Random(4)
    made, _ = province()
    sentences = [article for article in made.articles if 12 <= len(article) <= 50]
    return list(_asked(random, list(made.items(_QUESTIONS)), sentences))


def _asked(random: Random, items: list[Any], sentences: list[str]) -> Iterator[str]:
    for n, item in enumerate(items):
        if n % 2:
            yield f"{item.title}是怎么规定的？"
        elif n % 4 == 0:
            yield f"{random.choice(sentences)}？"
        elif item.doc_no:
            yield item.doc_no
        else:
            yield f"请问{item.title[-12:]}怎么办理"


def measure(home: Path, seconds: int) -> dict[str, Any]:
    asked = questions()
    with tempfile.TemporaryDirectory(prefix="gongkai-asking-") as place:
        folder = Path(place)
        warm = Load.make(folder, "warm", _MOST_PER_S * _WARM_S, asked)
        load = Load.make(folder, "load", _MOST_PER_S * seconds * 4 // 5, asked[::-1])
        server = Server("hub", (sys.executable, "-m", "benchmarks.callbacks.ours", "asked"))
        with running(server, home) as (url, pid):
            drive(url, warm, _WARM_S, _CONNECTIONS)
            before = cpu_s(pid)
            run = drive(url, load, seconds, _CONNECTIONS)
            spent = cpu_s(pid) - before
    if run.bad:
        sys.exit(f"{run.bad} callbacks were not answered")
    told = json.loads((home / "told.json").read_text("ascii"))
    kept = {key.removeprefix("m:") for key in told["kept"]}
    return {
        "connections": _CONNECTIONS,
        "seconds": seconds,
        "lost": len(run.keys - kept),
        "double": told["double"],
        "answered": len(run.keys),
        "callbacks_per_s": round(run.per_s),
        "answers_per_s": round(len(run.keys) / seconds),
        "p50_ms": round(run.p50_ms, 1),
        "p99_ms": round(run.p99_ms, 1),
        "cpu_ms": round(spent * 1000 / max(1.0, run.per_s * seconds), 2),
    }


def asked(
    items: int | None = None, seconds: int | None = None, data: Path | None = None, *, quick: bool
) -> dict[str, Any]:
    """All figures of one run; in `data` the stocked hub is kept, or taken up."""
    items = items or _ITEMS[quick]
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        uvloop.run(prepare(folder, items, None))
        return {"items": items, **measure(folder, seconds or _SECONDS[quick])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few items, a short run")
    parser.add_argument("--items", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--data", type=Path, help="where the stocked hub is kept")
    options = parser.parse_args()
    find_wrk()
    found = asked(options.items, options.seconds, options.data, quick=options.quick)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
