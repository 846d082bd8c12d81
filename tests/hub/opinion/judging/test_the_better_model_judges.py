"""Champion and challenger on labels that neither had seen; a workshop that learns by heart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.opinion.judging import store
from hub.opinion.judging.models import Correction, Evaluation, Field, Guess, Ranked, Scores
from hub.opinion.judging.ports import Classifier, Labelled
from hub.opinion.judging.retraining import Retraining, contest
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Label, Labels
from hub.opinion.signals.service import SignalService
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

_LISTS = Labels(1, tuple(Label(name=name, cues=(name,)) for name in ("物业", "停水", "公交")))
_SAME = Scores(
    texts=30, accuracy=1, macro_f1=1, top_three=1, sure=1, sure_right=1, majority=0, majority_f1=0
)


@dataclass
class ByFirstSign:
    """Remembers the label of each first sign; of what it does not know it says 物业."""

    known: dict[str, str] = field(default_factory=dict)

    def rank(self, title: str, text: str) -> Ranked:
        return Ranked((Guess(self.known.get(text[:1], "物业"), 0.9),))

    def packed(self) -> str:
        return "".join(f"{sign}{label};" for sign, label in self.known.items())


class Bench:
    """`Workshop` whose pupils learn by heart; `good` says whether they learn at all."""

    def __init__(self, good: bool = True) -> None:
        self.good = good

    def train(self, labels: Labels, texts: Sequence[Labelled]) -> Classifier:
        known = {one.text[:1]: one.label for one in texts if one.label}
        return ByFirstSign(known if self.good else dict.fromkeys(known, "停水"))

    def evaluate(self, field: Field, labels: Labels, texts: Sequence[Labelled]) -> Evaluation:
        return Evaluation(field=field, labels=30, folds=2, trained=_SAME, cold=_SAME, seconds=0)

    def unpacked(self, data: str, labels: Labels) -> Classifier | None:
        return ByFirstSign({one[0]: one[1:] for one in data.split(";") if one})


def test_nobody_is_asked_what_it_was_told() -> None:
    new = [Labelled("", f"{chr(0x4E00 + n)}一", "公交") for n in range(10)]  # each sign once
    result = contest(Bench(), _LISTS, ByFirstSign(), [], new, 3)
    assert (result.texts, result.challenger_right, result.champion) == (10, 0, 3)
    twice = [Labelled("", f"{chr(0x4E00 + n // 2)}一", "公交") for n in range(10)]
    assert contest(Bench(), _LISTS, ByFirstSign(), [], twice, 3).challenger_right == 10


@pytest.mark.parametrize(("good", "serves"), [(True, 2), (False, 1)])
async def test_a_challenger_judges_only_where_it_is_no_worse(
    good: bool, serves: int, signals: SignalService, database: Database, clock: ManualClock
) -> None:
    bench = Bench()
    lists = {Field.TOPIC: _LISTS, Field.DEPARTMENT: _LISTS}
    judging = JudgingService(database=database, clock=clock, workshop=bench, lists=lists)
    await judging.train(Field.TOPIC, actor="system:test")
    clock.advance(60)
    texts = [said(n, text=f"{'一二三四五'[n % 5]}号") for n in range(40)]
    kept = await signals.collect(texts, actor="system:test")
    await judged_as(database, clock)
    right = [("停水" if n % 5 == 4 else "物业") for n in range(40)]

    def label(tx: object) -> None:
        for one, value in zip(kept, right, strict=True):
            correction = Correction(
                signal_id=one.signal_id, field=Field.TOPIC, value=value, by="a", at=clock.now()
            )
            store.put_label(tx, correction)  # type: ignore[arg-type]

    await database.write(label, audited=False)
    bench.good = good
    retraining = Retraining(
        database=database, judging=judging, workshop=bench, lists=lists, after=40
    )
    [made] = await retraining.look()
    assert made.report["contest"]["champion_right"] == 32  # type: ignore[index]
    assert (await database.read(store.active_versions))[Field.TOPIC] == serves
    assert await retraining.look() == []  # no news since
