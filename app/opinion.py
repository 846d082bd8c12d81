"""Joins public opinion to an open hub: opened on first use, so that other commands do not pay."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from app.compose import Hub
from app.keys import load_keys
from app.settings import Settings
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.numbering.index_numbers import IndexPattern
from hub.conversation.notices.rules import Manners
from hub.opinion.cases.proposals.service import Proposals
from hub.opinion.cases.quoting.service import Quoting
from hub.opinion.cases.results.service import Results
from hub.opinion.cases.service import CaseService
from hub.opinion.cases.watching import CaseWatch
from hub.opinion.issues.regrouping.service import Regrouping
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Evaluation, Field
from hub.opinion.judging.ports import Classifier, Labelled, Workshop
from hub.opinion.judging.retraining import Retraining
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Labels, department_labels, read_labels, topic_labels
from hub.opinion.rounds.nightly import Nightly
from hub.opinion.rounds.service import Rounds
from hub.opinion.rumours.service import Rumours
from hub.opinion.signals.service import SignalService
from hub.opinion.telling.quiet import QuietHours
from hub.opinion.telling.teller import Teller
from hub.opinion.watches.service import Watches
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.vault import Vault

__all__ = [
    "LazyWorkshop",
    "case_service",
    "case_watch",
    "issue_service",
    "judging_service",
    "label_lists",
    "nightly",
    "proposals",
    "quoting_of",
    "regrouping",
    "results_of",
    "rumours",
    "signal_service",
    "teller",
    "watches",
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


def label_lists(settings: Settings) -> Mapping[Field, Labels]:
    """The installation's topics and departments, else those that come with the hub. Raises
    InvalidInput naming what is wrong in a file of its own."""
    topics, departments = settings.opinion_topics, settings.opinion_departments
    return {
        Field.TOPIC: topic_labels() if topics == Path() else read_labels(topics),
        Field.DEPARTMENT: department_labels()
        if departments == Path()
        else read_labels(departments, "departments"),
    }


def teller(hub: Hub) -> Teller:
    """Tells by the outbox of alerts, within the hours of the settings."""
    settings = hub.settings
    quiet = QuietHours(
        time(settings.opinion_quiet_from), time(settings.opinion_quiet_until), settings.time_zone
    )
    alerting = bool(settings.alert_urls)
    return Teller(clock=hub.clock, ids=hub.ids, quiet=quiet, alerting=alerting)


def proposals(hub: Hub, issues: IssueService | None = None, *, strict: bool = False) -> Proposals:
    """Cases that hot issues suggest, over an open hub; `strict` as for `case_service`."""
    return Proposals(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        issues=issues or issue_service(hub),
        cases=case_service(hub, strict=strict),
        teller=teller(hub),
        zone=hub.settings.time_zone,
    )


def regrouping(hub: Hub) -> Regrouping:
    """Suggestions about issues carried out, over an open hub."""
    return Regrouping(
        database=hub.database, clock=hub.clock, ids=hub.ids, issues=issue_service(hub)
    )


def nightly(hub: Hub, issues: IssueService, judging: JudgingService) -> Nightly:
    """The nightly work, over an open hub, with the services that run in it."""
    settings = hub.settings
    retraining = Retraining(
        database=hub.database,
        judging=judging,
        workshop=LazyWorkshop(),
        lists=label_lists(settings),
        after=settings.opinion_retrain_after,
    )
    return Nightly(
        rounds=Rounds(hub.database, hub.clock),
        clock=hub.clock,
        issues=issues,
        retraining=retraining,
        signals=signal_service(hub),
        hour=settings.opinion_night_hour,
        zone=settings.time_zone,
        keep=timedelta(days=settings.opinion_keep_days),
    )


def watches(hub: Hub) -> Watches:
    """Watch topics, over an open hub."""
    return Watches(database=hub.database, clock=hub.clock, ids=hub.ids, zone=hub.settings.time_zone)


def rumours(hub: Hub) -> Rumours:
    """Rumours and clarifications, over an open hub."""
    return Rumours(database=hub.database, clock=hub.clock)


def case_service(hub: Hub, *, strict: bool = False) -> CaseService:
    """Cases, over an open hub; their answers get index numbers as other items do. `strict`: every
    step needs its role, whatever the settings say."""
    settings = hub.settings
    return CaseService(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        departments=label_lists(settings)[Field.DEPARTMENT],
        strict=strict or settings.opinion_case_roles,
        numbering=Numbering(IndexPattern(settings.index_pattern), ZoneInfo(settings.time_zone)),
    )


def quoting_of(hub: Hub, *, strict: bool = False) -> Quoting:
    """What answers quote, over an open hub; `strict` as for `case_service`."""
    settings = hub.settings
    return Quoting(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        strict=strict or settings.opinion_case_roles,
        numbering=Numbering(IndexPattern(settings.index_pattern), ZoneInfo(settings.time_zone)),
    )


def case_watch(hub: Hub) -> CaseWatch:
    """Warnings and escalation of cases, over an open hub."""
    return CaseWatch(database=hub.database, clock=hub.clock, teller=teller(hub))


def issue_service(hub: Hub) -> IssueService:
    """Issues and the hot list, over an open hub; days are those of the installation's zone."""
    return IssueService(
        database=hub.database, clock=hub.clock, ids=hub.ids, zone=hub.settings.time_zone
    )


def judging_service(hub: Hub) -> JudgingService:
    """Judging signals, over an open hub, by the lists that come with it."""
    lists = label_lists(hub.settings)
    return JudgingService(
        database=hub.database, clock=hub.clock, workshop=LazyWorkshop(), lists=lists
    )


def results_of(hub: Hub, manners: Manners | None = None) -> Results:
    """Who wants to hear of outcomes, over an open hub; `manners` are for telling."""
    return Results(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        keys=InstallationKeys(hub.database, hub.clock, Vault(load_keys(hub.settings))),
        manners=manners or Manners(),
    )


def signal_service(hub: Hub) -> SignalService:
    """Collecting signals, over an open hub."""
    return SignalService(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        keys=InstallationKeys(hub.database, hub.clock, Vault(load_keys(hub.settings))),
    )
