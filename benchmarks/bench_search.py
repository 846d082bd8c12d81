"""Search over a province's catalogue: 4.54 million items in the database, indexed and served.

The items are made from 1,191 real regulations (`corpus.py`). They are written into the database,
the index is rebuilt from it in two processes, and a fresh process serves it as the web process
does: one event loop, the index asked in as many threads as there are processors, every page loaded
from the database and highlighted. Eight clients are eight tasks there, each asking its next
question when it has its answer. Beside it SQLite's FTS5 and PostgreSQL's full text (a tsvector
under a GIN index) hold the same words and are asked the same questions, without loading or
highlighting anything. PostgreSQL has no parser for Chinese of its own, and zhparser is not in
Debian: it is given the words that our index has, so that what is compared is index and ranking.

    python -m benchmarks.bench_search [--quick] [--items N] [--peer-items N] [--postgres-items N]
        [--data DIR] [--regulations FILE]

With --data the database, our index and FTS5 are kept there, and taken up again by the next run.
PostgreSQL is filled each time, with 500,000 items at most unless more are asked for, which is in
its favour.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean, quantiles
from typing import Any, Protocol

import uvloop
from sqlalchemy import create_engine

from app.compose import Hub, open_hub
from app.settings import LogLevel, Settings
from app.tuning import settle_garbage
from benchmarks.corpus import Province
from benchmarks.peer_fts5 import Cut, Fts5, cut_rows
from benchmarks.peer_postgres import SETTINGS, FullText
from benchmarks.services import own_postgres
from benchmarks.stocking import import_rate, province, stock
from hub.catalogue.search import index, query, store
from hub.catalogue.search.index import IndexHome, Reader
from hub.catalogue.search.models import Narrowing, Question, Sort
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.rebuilding import Progress
from hub.catalogue.search.segment import segmenter
from hub.catalogue.search.understanding import NOBODY, understand

_ITEMS, _QUICK_ITEMS = 4_540_000, 15_000
_POSTGRES_ITEMS = 500_000
_ASKED = 60  # questions of each kind
_PATIENCE_S = 60.0  # for one kind of question at the peer
_CLIENTS = 8
_EVERYWHERE = Narrowing()
_COMMON = (0.05, 0.20)  # share of the items that a common word is in

# --- questions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in our form, and as words and codes for the peer."""

    kind: str
    question: Question
    words: tuple[str, ...]
    codes: tuple[str, ...] = ()


def questions(made: Province, hub_ids: Sequence[str], often: dict[str, float]) -> list[Asked]:
    """Sixty of each kind, the same every time. `often` has the share of the items per word."""
    random = Random(1)
    items = list(made.items(4 * _ASKED))
    numbered = [item for item in items if item.doc_no]
    common = sorted(w for w, share in often.items() if _COMMON[0] <= share <= _COMMON[1])
    topics = [topic for topic in made.topics if 3 <= len(topic) <= 8]
    asked = [_plain("title", item.title, often) for item in items[:_ASKED]]
    for item in numbered[:_ASKED]:
        typed = item.doc_no.replace("〔", "[").replace("〕", "] 第")
        code = f"d{item.doc_no.encode().hex()}"
        asked.append(Asked("number", Question(text=typed), (), (code,)))
    for _ in range(_ASKED):
        asked.append(_plain("two", " ".join(random.sample(topics, 2)), often))
        asked.append(_plain("common", " ".join(random.sample(common, 2)), often))
    sentences = [article for article in made.articles if 30 <= len(article) <= 60]
    for n in range(_ASKED):
        year, body = random.randint(2010, 2026), int(random.random() * len(hub_ids))
        narrowing = Narrowing(year=year) if n % 2 else Narrowing(body_id=hub_ids[body])
        code = f"y{year}" if n % 2 else f"o{hub_ids[body]}"
        text = random.choice(sentences)
        asked.append(_plain("long", text, often, narrowing, (code,)))
    return asked


def _plain(
    kind: str,
    text: str,
    often: dict[str, float],
    narrowing: Narrowing = _EVERYWHERE,
    codes: tuple[str, ...] = (),
) -> Asked:
    """The peer is spared the same too common words."""
    words = segmenter().words(normalised(text))
    kept = tuple(word for word in words if often.get(word, 0.0) <= _COMMON[1]) or tuple(words[:3])
    return Asked(kind, Question(text=text, narrowing=narrowing), kept, codes)


# --- ours -----------------------------------------------------------------------------------------


async def _client(hub: Hub, waiting: Iterator[Asked], took: dict[str, list[float]]) -> None:
    for asked in waiting:
        begun = time.perf_counter()
        await hub.search.find(asked.question)
        took[asked.kind].append((time.perf_counter() - begun) * 1000)


async def _served(hub: Hub, asked: Sequence[Asked], clients: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {one.kind: [] for one in asked}
    waiting = iter(asked)
    await asyncio.gather(*(_client(hub, waiting, took) for _ in range(clients)))
    return took


def serve(home: Path, often: dict[str, float], texts: Path | None) -> dict[str, Any]:
    """In a process of its own: latencies by kind at one and at eight clients, and memory."""
    return uvloop.run(_serve(home, often, texts))


async def _serve(home: Path, often: dict[str, float], texts: Path | None) -> dict[str, Any]:
    async with open_hub(_settings(home)) as hub:
        made, bodies = province(texts)
        ids = {body.code: body.id for body in await hub.organisations.bodies()}
        asked = questions(made, [ids[body.code] for body in bodies], often)
        Random(2).shuffle(asked)
        await _served(hub, asked, _CLIENTS)  # once, so that what is asked is in memory as in use
        settle_garbage()  # as `gongkai run` does
        one = await _served(hub, asked, 1)
        cpu = time.process_time()
        eight = await _served(hub, [*asked, *asked], _CLIENTS)
        cpu = (time.process_time() - cpu) * 1000 / (2 * len(asked))
        told = _told("", one) | _told(f"_{_CLIENTS}_clients", eight)
        common = [one.question.text for one in asked if one.kind == "common"]
        told |= {"index_ms_common": _mean(_index_only(home, common))}
        return told | _memory() | {"cpu_ms_per_question": round(cpu, 2)}


def _index_only(home: Path, texts: Sequence[str]) -> Iterator[float]:
    """What the peer does as well: from the question to the ids of the ten best."""
    searcher = Reader(IndexHome(home / "search")).searcher()
    if searcher is None:
        raise RuntimeError("there is no index")
    for text in texts:
        begun = time.perf_counter()
        asked = query.build(searcher, understand(text, NOBODY, {}), Narrowing())
        index.find(searcher, asked.query, offset=0, limit=10, sort=Sort.RELEVANCE)
        yield (time.perf_counter() - begun) * 1000


def _told(suffix: str, took: dict[str, list[float]]) -> dict[str, float]:
    everything = [ms for kind in took if kind != "common" for ms in took[kind]]
    figures = {}
    for kind, times in [*took.items(), ("", everything)]:
        cut = quantiles(times, n=100)
        name = f"_{kind}" if kind else ""
        figures[f"p50_ms{name}{suffix}"] = round(cut[49], 2)
        figures[f"p99_ms{name}{suffix}"] = round(cut[98], 2)
    return figures


def _memory() -> dict[str, float]:
    status = Path("/proc/self/status").read_text()
    found = dict(re.findall(r"(VmRSS|RssAnon):\s+(\d+) kB", status))
    return {
        "rss_mib": round(int(found["VmRSS"]) / 1024, 1),
        "anonymous_mib": round(int(found["RssAnon"]) / 1024, 1),
    }


def _mean(times: Iterable[float]) -> float:
    return round(fmean(times), 3)


# --- the peer -------------------------------------------------------------------------------------


def _rows(database: Path, most: int) -> Iterator[list[store.Raw]]:
    engine = create_engine(f"sqlite:///{database}")
    after, done = "", 0
    with engine.connect() as connection:
        while done < most and (rows := store.rows_after(connection, after, 1_000)):
            yield rows[: most - done]
            after, done = rows[-1][0], done + len(rows)
    engine.dispose()


def _cut_ahead(batches: Iterable[Sequence[store.Raw]]) -> Iterator[list[Cut]]:
    """The rows cut in two processes, in their order."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        ahead: list[Future[list[Cut]]] = []
        for rows in batches:
            ahead.append(pool.submit(cut_rows, rows))
            if len(ahead) > 4:
                yield ahead.pop(0).result()
        yield from (future.result() for future in ahead)


def peer(home: Path, most: int, asked: Sequence[Asked]) -> dict[str, float]:
    """The peer's times for the same questions, one client; each kind as long as patience lasts."""
    file = home / f"fts5-{most}.db"
    begun = time.perf_counter()
    if not file.exists():
        building = Fts5(file.with_suffix(".part"))
        building.build(_cut_ahead(_rows(home / "gongkai.db", most)))
        building.close()
        file.with_suffix(".part").rename(file)
    built = time.perf_counter() - begun
    words = Fts5(file)
    figures = {"fts5_items": words.documents, "fts5_build_s": round(built, 1)}
    figures["fts5_mib"] = round(file.stat().st_size / 2**20)
    figures |= _asked("fts5", words, asked)
    words.close()
    return figures


def postgres(home: Path, most: int, asked: Sequence[Asked]) -> dict[str, float]:
    """The same at PostgreSQL; nothing where none is installed."""
    with own_postgres(settings=SETTINGS) as server:
        if server is None:
            print("postgres: left out, none is installed", flush=True)
            return {}
        words, begun = FullText(server.dsn), time.perf_counter()
        words.build(_cut_ahead(_rows(home / "gongkai.db", most)))
        figures = {"postgres_items": words.documents, "postgres_mib": words.mib}
        figures["postgres_build_s"] = round(time.perf_counter() - begun, 1)
        figures |= _asked("postgres", words, asked)
        words.close()
        return figures


class Words(Protocol):
    """A peer."""

    def ask(self, words: Sequence[str], codes: Sequence[str] = ()) -> float:
        """Seconds for the ten best rows with any of the words and all codes."""
        ...


def _asked(name: str, words: Words, asked: Sequence[Asked]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for kind in dict.fromkeys(one.kind for one in asked):
        times = list(_patiently(words, [one for one in asked if one.kind == kind]))
        figures[f"{name}_mean_ms_{kind}"] = _mean(times)
        figures[f"{name}_p99_ms_{kind}"] = round(quantiles(times, n=100)[98], 1)
        figures[f"{name}_asked_{kind}"] = len(times)
    return figures


def _patiently(words: Words, asked: Sequence[Asked]) -> Iterator[float]:
    until = time.perf_counter() + _PATIENCE_S
    for n, one in enumerate(asked):
        if n >= 2 and time.perf_counter() > until:
            return
        yield words.ask(one.words, one.codes) * 1000


# --- the whole ------------------------------------------------------------------------------------


async def prepare(home: Path, count: int, texts: Path | None) -> dict[str, float]:
    """Database and index with `count` items, unless they are there; how fast each came."""
    figures: dict[str, float] = {"items": count}
    async with open_hub(_settings(home)) as hub:
        if await hub.database.read(store.count_items) < count:
            figures["items_per_s_written"] = round(await stock(hub, count, texts))
            rate = await import_rate(hub, home, min(count // 20, 3_000), texts)
            figures["items_per_s_imported"] = round(rate)
        status = await hub.search.status()
        held = await hub.database.read(store.count_items)
        if status.documents < held:
            begun = time.perf_counter()
            await hub.search.rebuild(progress=_tell)
            took = time.perf_counter() - begun
            figures["index_s"] = round(took, 1)
            figures["items_per_s_indexed"] = round(held / took)
            status = await hub.search.status()
        figures |= {"index_mib": round(status.bytes / 2**20), "segments": status.segments}
        figures["documents"] = status.documents
    return figures


def _tell(progress: Progress) -> None:
    if progress.done % 100_000 == 0:
        print(f"  {progress.done} of {progress.total} indexed", flush=True)


def shares(texts: Path | None) -> dict[str, float]:
    """In which share of the items each word is, by the first five thousand."""
    made, _ = province(texts)
    seen: Counter[str] = Counter()
    sample = 5_000
    for item in made.items(sample):
        seen.update(set(segmenter().words(normalised(f"{item.title}\n{item.text}"))))
    return {word: count / sample for word, count in seen.items() if len(word) > 1}


def _settings(home: Path) -> Settings:
    return Settings(home=home, log_level=LogLevel.WARNING)


def measure(
    home: Path, count: int, peers: int, on_postgres: int, texts: Path | None
) -> dict[str, Any]:
    figures: dict[str, Any] = dict(uvloop.run(prepare(home, count, texts)))
    print(json.dumps(figures), flush=True)
    often = shares(texts)
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        figures |= pool.submit(serve, home, often, texts).result()
    print(json.dumps(figures), flush=True)
    made, bodies = province(texts)
    asked = questions(made, [body.code for body in bodies], often)
    figures |= peer(home, peers, asked) | postgres(home, on_postgres, asked)
    for name in ("fts5", "postgres"):
        if (theirs := figures.get(f"{name}_mean_ms_common")) is not None:
            figures[f"ratio_{name}_common"] = round(theirs / figures["index_ms_common"], 1)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--items", type=int)
    parser.add_argument("--peer-items", type=int, help="rows of the peer; default: all")
    parser.add_argument("--postgres-items", type=int, help="default: at most 500,000")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--regulations", type=Path)
    given = parser.parse_args()
    count = given.items or (_QUICK_ITEMS if given.quick else _ITEMS)
    with ExitStack() as stack:
        home = given.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        peers = given.peer_items or count
        on_postgres = given.postgres_items or min(peers, _POSTGRES_ITEMS)
        figures = measure(home, count, peers, on_postgres, given.regulations)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
