"""Every recurring job: which role it belongs to, and how many processes do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ALL", "JOBS", "Job", "Role", "Where"]


class Role(StrEnum):
    WEB = "web"  # HTTP, of which there may be many behind a proxy
    WORKER = "worker"  # calls the platforms, several at once
    CLOCK = "clock"  # what happens with time, one at a time


ALL = frozenset(Role)


class Where(StrEnum):
    EACH = "each"  # in every process of the role
    FOLDER = "folder"  # in one process of those that share a folder for the search index
    ONCE = "once"  # in the one process that leads, and its writes are fenced


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One recurring job; `why` says why it is done there and no oftener."""

    roles: frozenset[Role]
    where: Where
    why: str


def _jobs(role: Role, where: Where, whys: Mapping[str, str]) -> dict[str, Job]:
    return {name: Job(roles=frozenset({role}), where=where, why=why) for name, why in whys.items()}


_SHARED = {
    "node": Job(roles=ALL, where=Where.EACH, why="each says that it lives, and counts the workers"),
    "frozen": Job(
        roles=ALL,
        where=Where.EACH,
        why="ends sessions of processes that were stopped in a transaction; any may do it",
    ),
    "search": Job(
        roles=frozenset({Role.WEB, Role.WORKER}),
        where=Where.FOLDER,
        why="whoever answers reads an index of its own machine, fed from the changes",
    ),
}
_WORKERS = {
    "look-ahead": "wakes this dispatcher at the next due time",
    "sharing": "tells and learns what holds accounts back, which is asked with every delivery",
    "settle-unknown": "asks platforms; each question is leased",
    "verify-accepted": "asks platforms; each question is leased",
    "extend-leases": "prolongs what this process has claimed",
    "beat": "says that somebody sends",
    "re-read": "asks platforms; each turn is leased",
    "measure-posts": "asks platforms; each turn is leased",
    "prepare": "uploads ahead; kept only while the delivery waits",
    "conversation-poll": "asks platforms that do not call; each account is leased",
    "conversation-resume": "answers what a stop left open; a state lets one answer through",
    "notice-sending": "sends what is written down; each notice is leased",
}
_LED = {
    "rings": "a wave's next ring begins once",
    "sweep": "takes back leases, expires, holds an outage",
    "follow-up": "a refused correction gets its next way once",
    "measure": "figures of the whole ledger",
    "authorisations": "a call counts against the account's daily limit",
    "incidents": "one cause is one incident",
    "alerts": "people are told once",
    "reminders": "people are reminded once",
    "quota": "figures of the whole ledger",
    "plan-ahead": "a series makes its next plan once",
    "commit-quotas": "books of all accounts",
    "liveness": "figures of all accounts",
    "preflight": "a check point is passed once",
    "conversation-mask": "masks what is old",
    "desk": "reminds, escalates and closes once",
    "notice-matching": "follows the changes: one reader",
    "case-results": "follows the changes: one reader",
    "case-results-late": "makes up for what was missed",
    "notice-pruning": "deletes what is old",
    "opinion-listen": "follows the messages: one reader",
    "opinion": "remembers what belongs together",
    "opinion-proposals": "proposes a case once",
    "opinion-cases": "watches limits",
    "opinion-night": "trains once a night",
    "opinion-briefs": "makes and sends a brief once",
    "opinion-reports": "makes and sends a report once",
    "opinion-watches": "alerts once",
    "opinion-rumours": "proposes once",
    "opinion-sources": "fetches a feed once",
    "token-requests": "deletes what is old",
    "webhooks": "follows the changes: one reader",
    "webhooks-purge": "deletes what is old",
    "archives": "writes finished months into files, and deletes them",
}

JOBS: Mapping[str, Job] = {
    **_SHARED,
    **_jobs(Role.WORKER, Where.EACH, _WORKERS),
    **_jobs(Role.CLOCK, Where.ONCE, _LED),
    "lead": Job(
        roles=frozenset({Role.CLOCK}),
        where=Where.EACH,
        why="prolongs the lease, or waits for it to run out",
    ),
}
