"""Hot events of a year in the reference messages, found as they come: for bench_opinion.

Every message goes the way of the product, day by day: collected, judged, put under an issue,
watched for bursts. `data/opinion_events.json` names the events by the first signs of their
messages' hashes; somebody read them, with the study's list of events in hand. An event is found
when the issue with most of its messages bursts; how many messages had come by then says how early.

    python -m benchmarks.opinion_bursts --data DIR    # the bursts themselves, as JSON Lines
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import uvloop

from app.compose import open_hub
from app.opinion import issue_service, judging_service, signal_service
from app.settings import Settings
from benchmarks.opinion_truth import dated
from hub.kernel.clock import ManualClock
from hub.opinion.issues.models import Burst, Issue
from hub.opinion.signals.models import NewSignal, SignalKind

__all__ = ["measured"]

_EVENTS = Path(__file__).parent / "data" / "opinion_events.json"
_FROM = datetime(2019, 1, 1, tzinfo=UTC)  # before it there are stray messages only
_ALL = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A burst with its issue and the external ids of the issue's signals."""

    burst: Burst
    issue: Issue
    members: tuple[str, ...]


def key_of(external_id: str) -> str:
    return hashlib.sha256(external_id.encode()).hexdigest()[:12]


def days(messages: Sequence[NewSignal]) -> Iterator[tuple[date, list[NewSignal]]]:
    ordered = sorted(messages, key=lambda one: (one.event_at or _FROM, one.external_id))
    for day, group in groupby(ordered, key=lambda one: (one.event_at or _FROM).date()):
        yield day, list(group)


async def heard(home: Path, messages: Sequence[NewSignal]) -> list[Found]:
    """All bursts after every message came on its day."""
    clock = ManualClock(_FROM)
    async with open_hub(Settings(home=home), clock=clock) as hub:
        judging, issues, signals = judging_service(hub), issue_service(hub), signal_service(hub)
        for _, group in days(messages):
            newest = max(one.event_at or _FROM for one in group)
            clock.advance(max(0.0, (newest - clock.now()).total_seconds()))
            await signals.collect(group, actor="bench")
            await judging.judge_waiting()
            await issues.place_waiting()
        return [
            Found(
                burst,
                issue,
                tuple(one.external_id for one in await issues.members(issue.id, limit=_ALL)),
            )
            for burst, issue in await issues.bursts(_FROM.date())
        ]


def signals_of(data: Path) -> list[NewSignal]:
    return [
        NewSignal(
            channel="mailbox",
            external_id=number,
            kind=SignalKind.MESSAGE,
            title=title,
            text=text,
            author=author,
            event_at=at,
            likes=likes,
        )
        for number, author, title, text, at, likes in dated(data)
    ]


def measured(home: Path, data: Path) -> dict[str, Any]:
    """How many of the known events burst, how early, and how many alarms a year there were."""
    messages = signals_of(data)
    found = uvloop.run(heard(home, messages))
    events = json.loads(_EVENTS.read_text("utf-8"))["events"]
    early = [_found(event["messages"], found) for event in events]
    newest = max(one.event_at or _FROM for one in messages)
    years = (newest - _FROM).days / 365
    return {
        "events_known": len(events),
        "events_found": sum(one is not None for one in early),
        "events_found_after": [one for one in early if one is not None],
        "alarms_a_year": round(len(found) / years, 1),
    }


def _found(keys: Sequence[str], found: Sequence[Found]) -> int | None:
    """Messages of the issue when it burst; None where no burst has most of the event."""
    known = set(keys)
    counts = Counter({n: sum(key_of(m) in known for m in f.members) for n, f in enumerate(found)})
    place, own = counts.most_common(1)[0]
    return found[place].burst.signals if 2 * own > len(known) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of messages_*.jsonl.gz")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gongkai-bursts-") as folder:
        for one in uvloop.run(heard(Path(folder), signals_of(options.data))):
            burst = one.burst
            told = {
                "since": burst.begun_on.isoformat(),
                "until": burst.last_on.isoformat(),
                "days": burst.alarm.days,
                "seen": burst.alarm.seen,
                "expected": burst.alarm.expected,
                "chance": float(f"{burst.alarm.chance:.1e}"),
                "signals": burst.signals,
                "in_all": one.issue.signals,
                "people": one.issue.authors,
                "topic": one.issue.topic,
                "messages": [key_of(member) for member in one.members],
            }
            print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
