"""Joins public opinion to an open hub: opened on first use, so that other commands do not pay."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import cast

from app.compose import Hub
from app.keys import load_keys
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Evaluation, Field
from hub.opinion.judging.ports import Classifier, Labelled, Workshop
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Labels, department_labels, topic_labels
from hub.opinion.signals.service import SignalService
from hub.organisations.vault import Vault

__all__ = ["LazyWorkshop", "issue_service", "judging_service", "signal_service"]


@cache
def _training() -> Workshop:
    """numpy and scikit-learn take two seconds to import: only who judges or trains waits."""
    return cast(Workshop, importlib.import_module("hub.opinion.judging.training"))


class LazyWorkshop:
    """The workshop, imported on its first use."""

    def train(self, labels: Labels, texts: Sequence[Labelled]) -> Classifier:
        return _training().train(labels, texts)

    def evaluate(self, field: Field, labels: Labels, texts: Sequence[Labelled]) -> Evaluation:
        return _training().evaluate(field, labels, texts)

    def unpacked(self, data: str, labels: Labels) -> Classifier | None:
        return _training().unpacked(data, labels)


def issue_service(hub: Hub) -> IssueService:
    """Issues and the hot list, over an open hub; days are those of the installation's zone."""
    return IssueService(
        database=hub.database, clock=hub.clock, ids=hub.ids, zone=hub.settings.time_zone
    )


def judging_service(hub: Hub) -> JudgingService:
    """Judging signals, over an open hub, by the lists that come with it."""
    lists = {Field.TOPIC: topic_labels(), Field.DEPARTMENT: department_labels()}
    return JudgingService(
        database=hub.database, clock=hub.clock, workshop=LazyWorkshop(), lists=lists
    )


def signal_service(hub: Hub) -> SignalService:
    """Collecting signals, over an open hub."""
    return SignalService(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=Vault(load_keys(hub.settings)),
    )
