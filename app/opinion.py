"""Joins public opinion to an open hub: opened on first use, so that other commands do not pay."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

from app.compose import Hub
from app.keys import load_keys
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.numbering.index_numbers import IndexPattern
from hub.opinion.cases.service import CaseService
from hub.opinion.cases.watching import CaseWatch
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Evaluation, Field
from hub.opinion.judging.ports import Classifier, Labelled, Workshop
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Labels, department_labels, topic_labels
from hub.opinion.signals.service import SignalService
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.vault import Vault

__all__ = [
    "LazyWorkshop",
    "case_service",
    "case_watch",
    "issue_service",
    "judging_service",
    "signal_service",
]


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


def case_service(hub: Hub) -> CaseService:
    """Cases, over an open hub; their answers get index numbers as other items do."""
    settings = hub.settings
    return CaseService(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        departments=department_labels(),
        numbering=Numbering(IndexPattern(settings.index_pattern), ZoneInfo(settings.time_zone)),
    )


def case_watch(hub: Hub) -> CaseWatch:
    """Warnings and escalation of cases, over an open hub."""
    return CaseWatch(database=hub.database, clock=hub.clock)


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
        keys=InstallationKeys(hub.database, hub.clock, Vault(load_keys(hub.settings))),
    )
