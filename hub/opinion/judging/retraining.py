"""Training anew when analysts have corrected enough; the better of old and new goes on judging."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from hub.kernel.database import Database
from hub.opinion.judging import store
from hub.opinion.judging.models import Contest, Field, StoredModel
from hub.opinion.judging.ports import Classifier, Labelled, Workshop
from hub.opinion.judging.service import LEARNED, JudgingService
from hub.opinion.judging.taxonomy import Labels

__all__ = ["Retraining", "contest"]

_ACTOR = "system:retraining"
_READ_ALONG = 3_000


class Retraining:
    """`after`: so many corrections of a field since its newest version make the next one."""

    def __init__(
        self,
        *,
        database: Database,
        judging: JudgingService,
        workshop: Workshop,
        lists: Mapping[Field, Labels],
        after: int,
    ) -> None:
        self._database = database
        self._judging = judging
        self._workshop = workshop
        self._lists = lists
        self._after = after

    async def look(self) -> list[StoredModel]:
        """Train the fields that have enough new corrections; the versions that were made.

        Each is compared with the version that judges on corrections that neither had seen, and
        judges from now on only if it is right at least as often.
        """
        made = []
        for field in LEARNED:
            counted = await self._database.read(lambda c, f=field: _new_labels(c, f))  # type: ignore[misc]
            if counted >= self._after:
                result = await self._contest(field)
                made.append(await self._judging.train(field, actor=_ACTOR, contest=result))
        return made

    async def _contest(self, field: Field) -> Contest | None:
        """None where the version that judges is of another list: nothing to compare with."""
        labels = self._lists[field]

        def read(
            connection: Connection,
        ) -> tuple[StoredModel | None, list[Labelled], list[Labelled], list[Labelled]]:
            held = store.active_model(connection, field)
            if held is None:
                return None, [], [], []
            old = store.label_texts(connection, field, until=held.trained_at)
            new = store.label_texts(connection, field, since=held.trained_at)
            return held, old, new, store.other_texts(connection, _READ_ALONG)

        held, old, new, others = await self._database.read(read)
        if held is None:
            return None
        champion = await asyncio.to_thread(self._workshop.unpacked, held.data, labels)
        if champion is None:
            return None
        return await asyncio.to_thread(
            contest, self._workshop, labels, champion, _known(old, labels) + others,
            _known(new, labels), held.version,
        )  # fmt: skip


def contest(
    workshop: Workshop,
    labels: Labels,
    champion: Classifier,
    seen: Sequence[Labelled],
    unseen: Sequence[Labelled],
    version: int,
) -> Contest:
    """How often the champion and its challenger are right on labels that came after the champion.

    The challenger learns from what the champion knew and one half of the new ones, and is asked
    the other half, both ways round: nobody is asked what it was told. Takes seconds.
    """
    halves = (unseen[0::2], unseen[1::2])
    challenger_right = 0
    for asked, told in (halves, halves[::-1]):
        challenger = workshop.train(labels, [*seen, *told])
        challenger_right += _right(challenger, asked)
    return Contest(
        texts=len(unseen),
        champion=version,
        champion_right=_right(champion, unseen),
        challenger_right=challenger_right,
    )


def _right(classifier: Classifier, texts: Sequence[Labelled]) -> int:
    return sum(classifier.rank(one.title, one.text).best.label == one.label for one in texts)


def _known(texts: Sequence[Labelled], labels: Labels) -> list[Labelled]:
    return [one for one in texts if one.label in labels.names]


def _new_labels(connection: Connection, field: Field) -> int:
    """Corrections since the newest version; 0 while there is no version."""
    models = store.models_of(connection, field)
    return store.count_labels(connection, field, models[0].trained_at) if models else 0
