"""What may be done with judgements: judge what waits, correct, train anew, choose a version."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.opinion import events
from hub.opinion.errors import BadSignal, UnknownSignal
from hub.opinion.judging import store
from hub.opinion.judging.judge import Judge
from hub.opinion.judging.models import (
    Band,
    Contest,
    Correction,
    Evaluation,
    Field,
    Intent,
    Judgement,
    Mood,
    StoredModel,
    Urgency,
)
from hub.opinion.judging.ports import Classifier, Labelled, Workshop
from hub.opinion.judging.taxonomy import Labels
from hub.opinion.signals import store as collected
from hub.opinion.signals.models import Signal, SignalEvent

__all__ = ["LEARNED", "JudgingService"]

LEARNED = (Field.TOPIC, Field.DEPARTMENT)  # what is learned; the rest goes by rules
_BATCH = 500
_READ_ALONG = 3_000  # texts without a label that the vocabulary learns from
_FEWEST_LABELS = 30  # from which training with labels makes sense
_LONGEST_PLACE = 60
_ACTOR = "system:judging"
_CHOICES: Mapping[Field, tuple[str, ...]] = {
    Field.INTENT: tuple(Intent),
    Field.MOOD: tuple(Mood),
    Field.URGENCY: tuple(Urgency),
}


class JudgingService:
    """Judges collected signals with the active models; without any it makes the first ones from
    the lists alone (cold start). `lists` are the topics and departments judged by."""

    def __init__(
        self, *, database: Database, clock: Clock, workshop: Workshop, lists: Mapping[Field, Labels]
    ) -> None:
        self._database = database
        self._clock = clock
        self._workshop = workshop
        self._lists = lists
        self._judge: Judge | None = None
        self._versions: dict[Field, int] = {}

    async def judge_waiting(self, limit: int = 1_000_000) -> int:
        """Judge what was collected, the oldest first, 500 to a transaction; how many."""
        done = 0
        while done < limit:
            size = min(_BATCH, limit - done)
            waiting = await self._database.read(lambda c, n=size: collected.waiting(c, n))  # type: ignore[misc]
            if not waiting:
                break
            judge = await self.judge()
            judged = await asyncio.to_thread(_judged, judge, waiting)
            done += await self._keep(waiting, judged)
        return done

    async def judge(self) -> Judge:
        """The judge of the active versions, made when one has changed."""
        versions = await self._database.read(store.active_versions)
        if self._judge is None or versions != self._versions:
            for field in LEARNED:
                if field not in versions:
                    await self.train(field, actor=_ACTOR)
            topics, departments = [await self._classifier(field) for field in LEARNED]
            self._versions = await self._database.read(store.active_versions)
            version = " ".join(f"{f}-{self._versions[f]}" for f in LEARNED)
            self._judge = Judge(topics, departments, version)
        return self._judge

    async def _classifier(self, field: Field) -> Classifier:
        held = await self._database.read(lambda c: store.active_model(c, field))
        labels = self._lists[field]
        found = None
        if held is not None:
            found = await asyncio.to_thread(self._workshop.unpacked, held.data, labels)
        if found is None:  # the list has changed since: what was learned does not fit any more
            await self.train(field, actor=_ACTOR)
            return await self._classifier(field)
        return found

    async def train(
        self, field: Field, *, actor: str, contest: Contest | None = None
    ) -> StoredModel:
        """Train `field` anew from the list and what analysts have corrected.

        With 30 labels and more the report tells how good it is on messages it had not seen, with
        labels and without. It judges from now on unless it does worse than the list alone, or lost
        the `contest`; every version stays. Takes seconds to a minute. Raises Conflict for a field
        that goes by rules.
        """
        if field not in LEARNED:
            raise Conflict(
                Words(f"“{field}”按规则判断，不训练", f"'{field}' goes by rules"), field="field"
            )
        labels = self._lists[field]
        texts = await self._database.read(lambda c: _texts(c, field, labels))
        known = sum(bool(one.label) for one in texts)
        report: dict[str, object] = {}
        better = True
        if known >= _FEWEST_LABELS:
            told = await asyncio.to_thread(self._workshop.evaluate, field, labels, texts)
            report, better = asdict(told), _better(told)
        if contest is not None:
            report = report | {"contest": asdict(contest)}
            better = better and contest.won
        usable = texts if known >= _FEWEST_LABELS else [o for o in texts if not o.label]
        made = await asyncio.to_thread(self._workshop.train, labels, usable)
        model = StoredModel(
            field=field,
            version=0,
            taxonomy=labels.version,
            trained_at=self._clock.now(),
            trained_by=actor,
            labels=known,
            active=better,
            report=report,
            data=made.packed(),
        )

        def keep(tx: Transaction) -> StoredModel:
            kept = store.add_model(tx, model)
            data = {"version": kept.version, "labels": known, "active": better}
            self._record(tx, events.MODEL_TRAINED, field, actor, data)
            return kept

        return await self._database.write(keep)

    async def models(self, field: Field) -> list[StoredModel]:
        return await self._database.read(lambda c: store.models_of(c, field))

    async def activate(self, field: Field, version: int, *, actor: str) -> None:
        """Let an older or a newer version judge from now on; raises NotFound."""

        def change(tx: Transaction) -> None:
            if not store.activate(tx, field, version):
                raise NotFound(
                    Words(f"没有第 {version} 版模型", f"no version {version}"), field="version"
                )
            self._record(tx, events.MODEL_CHOSEN, field, actor, {"version": version})

        await self._database.write(change)

    async def judgement(self, signal_id: str) -> Mapping[str, Any]:
        """What was judged of a signal, with every guess in `detail`; raises UnknownSignal."""
        found = await self._database.read(lambda c: store.judgement_row(c, signal_id))
        if found is None:
            raise UnknownSignal(signal_id)
        return found

    async def queue(
        self, bands: Sequence[Band] = (Band.QUEUE,), *, before: str = "", limit: int = 50
    ) -> list[Mapping[str, Any]]:
        """What waits for an analyst: below 0.4, or with `bands` also what has suggestions."""
        return await self._database.read(lambda c: store.queued(c, bands, before, limit))

    async def correct(self, signal_id: str, field: Field, value: str, *, actor: str) -> None:
        """An analyst says what a signal is; from now on that is a label to learn from.

        Raises UnknownSignal for one that is not judged, BadSignal for a value that is no choice.
        """
        self._check(field, value)

        def change(tx: Transaction) -> None:
            held = store.judgement_row(tx.connection, signal_id)
            if held is None:
                raise UnknownSignal(signal_id)
            at = self._clock.now()
            correction = Correction(signal_id=signal_id, field=field, value=value, by=actor, at=at)
            store.put_label(tx, correction)
            said = store.labels_of(tx.connection, signal_id)
            settled = {Field.INTENT, Field.TOPIC} <= said.keys()
            band = Band.AUTOMATIC if settled or field is Field.TOPIC else Band(held["band"])
            store.set_corrected(tx, signal_id, field, value, band)
            data = {"field": field, "from": held[field.value], "to": value}
            self._record(tx, events.SIGNAL_CORRECTED, signal_id, actor, data)

        await self._database.write(change)

    def _check(self, field: Field, value: str) -> None:
        if field is Field.PLACE:
            if not 0 < len(value.strip()) <= _LONGEST_PLACE:
                raise BadSignal("place", "地点须为 1 至 60 字", "1 to 60 characters are needed")
            return
        choices = self._lists[field].names if field in self._lists else _CHOICES[field]
        if value not in choices:
            known = "、".join(choices)
            raise BadSignal(field, f"“{value}”不在其中：{known}", f"it is one of {known}")

    async def _keep(self, waiting: Sequence[Signal], judged: Sequence[Judgement]) -> int:
        now = self._clock.now()
        rows = [_row(s, j) | {"judged_at": now} for s, j in zip(waiting, judged, strict=True)]

        def keep(tx: Transaction) -> int:
            ids = [one.id for one in waiting]
            count = collected.mark(tx, ids, SignalEvent.JUDGED)
            store.put_judgements(tx, rows)
            self._record(tx, events.SIGNALS_JUDGED, ids[0], _ACTOR, {"signals": count})
            return len(ids)

        return await self._database.write(keep)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _judged(judge: Judge, waiting: Sequence[Signal]) -> list[Judgement]:
    return [judge.judge(one.title, one.text, one.place) for one in waiting]


def _texts(connection: Connection, field: Field, labels: Labels) -> list[Labelled]:
    """What analysts labelled with labels that the list still has, and other texts."""
    told = [one for one in store.label_texts(connection, field) if one.label in labels.names]
    return told + store.other_texts(connection, _READ_ALONG)


def _better(told: Evaluation) -> bool:
    return told.trained.macro_f1 >= told.cold.macro_f1


def _row(signal: Signal, one: Judgement) -> dict[str, Any]:
    return {
        "signal_id": signal.id,
        "intent": one.intent.label,
        "topic": one.topic.best.label,
        "department": one.department.best.label,
        "urgency": one.urgency.label,
        "mood": one.mood.label,
        "place": one.place.label,
        "confidence": min(one.intent.confidence, one.topic.best.confidence),
        "band": one.band,
        "detail": one,
        "model": one.model,
    }
