"""An office that has heard something: invented citizens, judged without a model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hub.kernel.database import Transaction
from hub.opinion.judging import store as judged
from hub.opinion.signals import store as collected
from hub.opinion.signals.models import NewSignal, Signal, SignalEvent, SignalKind
from tests.web.console.conftest import Office

__all__ = ["detail", "hear", "judge_all", "lately", "place_all", "said"]


def said(number: int, title: str, **values: Any) -> NewSignal:
    given: dict[str, Any] = {
        "channel": "hotline",
        "external_id": f"h-{number}",
        "kind": SignalKind.HOTLINE,
        "title": title,
        "text": title,
        "author": f"caller-{number}",
        "identity": {"name": "王芳"},
    }
    return NewSignal(**given | values)


def detail(topic: str, department: str, sure: float) -> dict[str, Any]:
    """A judgement's guesses, with two others behind each."""

    def guesses(best: str, *others: str) -> dict[str, Any]:
        labels = (best, *others)
        return {
            "guesses": [
                {"label": one, "confidence": round(sure / (n + 1), 2), "words": ["路灯", "停水"]}
                for n, one in enumerate(labels)
            ]
        }

    one = {"confidence": 0.9, "words": ["请尽快"]}
    return {
        "intent": {"label": "complaint", **one},
        "topic": guesses(topic, "交通运输", "环境保护"),
        "department": guesses(department, "交通运输", "公安"),
        "urgency": {"label": "ordinary", **one},
        "mood": {"label": "negative", **one},
        "place": {"label": "", "confidence": 0.0, "words": []},
    }


async def hear(office: Office, new: Sequence[NewSignal], **judgement: Any) -> list[str]:
    """Collect, judge and place; the signals' ids."""
    done = await office.desk.listening.signals.collect(new, actor="system:test")
    await judge_all(office, **judgement)
    await place_all(office)
    return [one.signal_id for one in done]


async def judge_all(office: Office, **values: Any) -> None:
    """Judge everything that waits the same way, automatically unless a band is given."""
    band, sure = values.get("band", "automatic"), values.get("confidence", 0.9)
    usual = {
        "intent": "complaint",
        "topic": "城乡建设",
        "department": "住房和城乡建设",
        "urgency": "ordinary",
        "mood": "negative",
        "confidence": sure,
        "band": band,
        "detail": detail("城乡建设", "住房和城乡建设", sure),
        "model": "test",
        "judged_at": office.desk.clock.now(),
    }

    def row(one: Signal) -> dict[str, Any]:
        return {**usual, "signal_id": one.id, "place": one.place, **values}

    def work(tx: Transaction) -> None:
        waiting = collected.waiting(tx.connection, 10_000)
        judged.put_judgements(tx, [row(one) for one in waiting])
        collected.mark(tx, [one.id for one in waiting], SignalEvent.JUDGED)

    await office.desk.database.write(work, audited=False)


async def place_all(office: Office) -> None:
    await office.desk.listening.issues.place_waiting()


def lately(office: Office, hours: float) -> Any:
    return office.desk.clock.now() - timedelta(hours=hours)
