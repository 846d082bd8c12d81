"""Public opinion: how well messages are judged, and how fast the hot list is at a million signals.

On reference messages (`--data`, or the variable GONGKAI_DATA; they carry no licence, nothing of
them is kept): topics with labels by five-fold cross-validation and without a single label, the
department of the official reply among the first three, intent, repeats among synthetic copies.
Each stands beside the majority class, which says how easy the question is. The year's known events
are heard as they came: how many burst, after how many messages, and how many alarms a year that
costs. Everything is told from masked texts, as in production. Without the data only speed is
measured, on invented messages:

- `signals_per_s`: collected, masked, judged, compared and put under issues, all durable;
- `hot_list_s`: the hot list over `stored` signals in 20,000 issues, after 100 more have come.

Beside both stands what they cost in seconds of a processor.

    python -m benchmarks.bench_opinion [--quick] [--data DIR] [--stored N]
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from app.compose import Hub, open_hub
from app.opinion import issue_service, judging_service, signal_service
from app.settings import Settings
from benchmarks import opinion_bursts, opinion_copies, opinion_truth
from hub.kernel.columns import microseconds
from hub.opinion.judging import training
from hub.opinion.judging.intents import intent_of
from hub.opinion.judging.models import Evaluation, Field
from hub.opinion.judging.ports import Labelled
from hub.opinion.judging.taxonomy import Labels, department_labels, topic_labels
from hub.opinion.signals.models import NewSignal, SignalKind
from hub.opinion.signals.rules import mask

_READ_ALONG = 1_000
_HEARD = {True: 1_500, False: 10_000}  # signals that go the whole way; quick or not
_COPIES = {True: 10_000, False: 100_000}
_STORED = {True: 200_000, False: 1_000_000}
_ISSUES = 20_000
_DAYS = 365


def masked(texts: list[Labelled]) -> list[Labelled]:
    return [Labelled(mask(one.title), mask(one.text), one.label) for one in texts]


def judged(data: Path) -> dict[str, Any]:
    """What is measured on the reference messages."""
    along = masked(opinion_truth.others(data, _READ_ALONG))
    topic = training.evaluate(
        Field.TOPIC, topic_labels(), [*masked(opinion_truth.topics(data)), *along]
    )
    known, names = opinion_truth.departments(data, department_labels())
    whole = department_labels()
    kept = Labels(whole.version, tuple(one for one in whole.labels if one.name in names))
    department = training.evaluate(Field.DEPARTMENT, kept, [*masked(known), *along])
    return {
        **_topic_figures(topic),
        "department_hit": department.trained.top_three,
        "department_hit_cold": department.cold.top_three,
        "department_first": department.trained.accuracy,
        "department_majority": department.trained.majority,
        "departments_labelled": department.labels,
        **_intent_figures(masked(opinion_truth.intents(data))),
    }


def _topic_figures(topic: Evaluation) -> dict[str, Any]:
    trained, cold = topic.trained, topic.cold
    return {
        "topic_macro_f1": trained.macro_f1,
        "topic_accuracy": trained.accuracy,
        "topic_top_three": trained.top_three,
        "topic_sure": trained.sure,
        "topic_sure_right": trained.sure_right,
        "topic_macro_f1_cold": cold.macro_f1,
        "topic_cold_sure": cold.sure,
        "topic_cold_sure_right": cold.sure_right,
        "topic_majority_f1": trained.majority_f1,
        "topics_labelled": topic.labels,
        "topic_training_s": topic.seconds,
    }


def _intent_figures(texts: list[Labelled]) -> dict[str, Any]:
    right = sum(intent_of(one.title, one.text).label == one.label for one in texts)
    labels = [one.label for one in texts]
    common = max(labels.count(label) for label in set(labels))
    return {
        "intent": round(right / len(texts), 4),
        "intent_majority": round(common / len(texts), 4),
        "intents_labelled": len(texts),
    }


def invented(count: int) -> list[tuple[str, str]]:
    """Messages nobody wrote, one per sentence of the lists and number."""
    sentences = [text for label in topic_labels().labels for text in label.examples]
    return [
        (
            f"{sentences[n % len(sentences)]}（第{n}号街区）",
            f"{sentences[n % len(sentences)]}。第{n}号街区的居民等了{n % 60}天，"
            f"{sentences[(n * 7 + 3) % len(sentences)]}，请尽快处理。" * 2,
        )
        for n in range(count)
    ]


async def heard(home: Path, texts: list[tuple[str, str]]) -> dict[str, Any]:
    """Signals through everything, per second of wall clock."""
    async with open_hub(Settings(home=home)) as hub:
        judging, issues = judging_service(hub), issue_service(hub)
        await judging.judge()  # trains the first models
        new = [_signal(n, one, hub) for n, one in enumerate(texts)]
        begun, before = time.perf_counter(), time.process_time()
        await signal_service(hub).collect(new, actor="bench")
        collected = time.perf_counter()
        await judging.judge_waiting()
        told = time.perf_counter()
        await issues.place_waiting()
        placed, spent = time.perf_counter(), time.process_time() - before
    return {
        "signals": len(texts),
        "signals_per_s": round(len(texts) / (placed - begun)),
        "signals_per_cpu_s": round(len(texts) / spent),
        "collected_per_s": round(len(texts) / (collected - begun)),
        "judged_per_s": round(len(texts) / (told - collected)),
        "placed_per_s": round(len(texts) / (placed - told)),
    }


def _signal(number: int, one: tuple[str, str], hub: Hub) -> NewSignal:
    return NewSignal(
        channel="bench",
        external_id=str(number),
        kind=SignalKind.MESSAGE,
        title=one[0],
        text=one[1],
        author=str(number % 997),
        event_at=hub.clock.now() - timedelta(hours=number % 2_000),
    )


def fill(file: Path, stored: int, now: int, today: str) -> None:
    """`stored` signals under 20,000 issues over a year, by SQL over sets."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("BEGIN")
    series = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)"
    issue = f"printf('%026d', (i * 7919 % {_ISSUES}) * (i % 13 + 1) / 13)"
    day = f"date(?2, '-' || (i % {_DAYS}) || ' days')"
    database.execute(
        f"INSERT INTO signals {series} SELECT printf('%026d', i), 'fill', i, 'message',"
        " '第' || i || '号', '路灯坏了一周没有人来修，请尽快处理。', printf('%032x', i % 90000),"
        f" ?2 - (i % {_DAYS}) * 86400000000, ?2, '', '', '', '', i % 9, 0, 'platform', 0, 'placed'"
        " FROM n",
        (stored, now),
    )
    database.execute(
        f"INSERT INTO issue_signals (signal_id, issue_id, copy_of, day) {series}"
        f" SELECT printf('%026d', i), {issue}, '', {day} FROM n",
        (stored, today),
    )
    database.execute(
        "INSERT INTO issue_days (issue_id, day, signals, negative, likes)"
        " SELECT issue_id, day, count(*), count(*) / 2, count(*) FROM issue_signals"
        " WHERE day IS NOT NULL GROUP BY issue_id, day"
    )
    database.execute(
        "INSERT INTO issues SELECT issue_id, '事项', '城乡建设', '', '', ?1, ?1, count(*), 0,"
        " count(*), 0, 0, 'none', '', '{}' FROM issue_signals"
        " WHERE issue_id NOT IN (SELECT id FROM issues) GROUP BY issue_id",
        (now,),
    )
    database.execute("COMMIT")
    database.close()


async def hot(home: Path, stored: int) -> dict[str, Any]:
    """Seconds of the hot list, and of a batch of new signals, over a full database."""
    settings = Settings(home=home)
    async with open_hub(settings) as hub:
        now = hub.clock.now()
    fill(settings.database_path, stored, microseconds(now) or 0, now.date().isoformat())
    async with open_hub(settings) as hub:
        judging, issues = judging_service(hub), issue_service(hub)
        await issues.hot()
        times, spent = [], []
        for turn in range(5):
            new = [
                _signal(10_000_000 + turn * 100 + n, one, hub)
                for n, one in enumerate(invented(100))
            ]
            await signal_service(hub).collect(new, actor="bench")
            await judging.judge_waiting()
            await issues.place_waiting()
            begun, before = time.perf_counter(), time.process_time()
            lines = await issues.hot(20)
            times.append(time.perf_counter() - begun)
            spent.append(time.process_time() - before)
        if len(lines) != 20 or any(line.week == 0 for line in lines):
            raise SystemExit("the hot list is not full")
    return {
        "stored": stored,
        "hot_list_s": round(median(times), 3),
        "hot_list_cpu_s": round(median(spent), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within 50 seconds")
    parser.add_argument("--data", type=Path, default=None, help="folder of messages_*.jsonl.gz")
    parser.add_argument("--stored", type=int, default=0, help="signals of the full database")
    options = parser.parse_args()
    named = os.environ.get("GONGKAI_DATA", "")
    data = options.data or (Path(named) if named else None)
    figures: dict[str, Any] = {}
    texts = invented(_HEARD[options.quick])
    if data is None or not all(
        (data / f"{name}.jsonl.gz").exists() for name in opinion_truth.FILES
    ):
        wanted = "、".join(f"{name}.jsonl.gz" for name in opinion_truth.FILES)
        print(
            f"no reference messages: name a folder with {wanted} by --data or GONGKAI_DATA; "
            "only speed is measured",
            file=sys.stderr,
        )
    else:
        figures |= judged(data)
        found = opinion_truth.texts(data)
        figures |= opinion_copies.measured(opinion_copies.sources(found), _COPIES[options.quick])
        texts = found[: len(texts)]
    with tempfile.TemporaryDirectory(prefix="gongkai-opinion-") as folder:
        if data is not None and not options.quick:
            figures |= opinion_bursts.measured(Path(folder) / "year", data)
        figures |= uvloop.run(heard(Path(folder) / "heard", texts))
        figures |= uvloop.run(hot(Path(folder) / "full", options.stored or _STORED[options.quick]))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
