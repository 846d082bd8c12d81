"""SQL of what was tried with accounts: one function per question."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.publishing.connecting.models import Trial, TrialKind, TrialState
from hub.publishing.connecting.tables import account_trials

__all__ = ["add_trial", "change_trial", "get_trial", "open_post", "trials_of"]

_t = account_trials.c


def add_trial(tx: Transaction, trial: Trial) -> None:
    tx.execute(insert(account_trials).values(**_values(trial)))


def change_trial(tx: Transaction, trial: Trial, expected: TrialState) -> bool:
    """Write it where it is still in `expected`; whether it was."""
    change = update(account_trials).where(_t.id == trial.id, _t.state == expected.value)
    return tx.execute(change.values(**_values(trial))).rowcount > 0


def get_trial(connection: Connection, trial_id: str) -> Trial | None:
    row = connection.execute(select(account_trials).where(_t.id == trial_id)).first()
    return None if row is None else _trial(row)


def trials_of(connection: Connection, account_id: str, limit: int) -> list[Trial]:
    """The newest first."""
    query = select(account_trials).where(_t.account_id == account_id).order_by(_t.id.desc())
    return [_trial(row) for row in connection.execute(query.limit(limit))]


def open_post(connection: Connection, account_id: str) -> Trial | None:
    """A test post of which nobody knows whether it is there."""
    query = select(account_trials).where(
        _t.account_id == account_id,
        _t.kind == TrialKind.POST.value,
        _t.state.in_((TrialState.SENDING.value, TrialState.UNKNOWN.value)),
    )
    row = connection.execute(query.limit(1)).first()
    return None if row is None else _trial(row)


def _values(trial: Trial) -> dict[str, Any]:
    return {
        "id": trial.id,
        "account_id": trial.account_id,
        "kind": trial.kind.value,
        "state": trial.state.value,
        "by": trial.by,
        "at": trial.at,
        "ended_at": trial.ended_at,
        "told": trial.told[:200],
        "until": trial.until,
        "remote_id": trial.remote_id,
        "url": trial.url,
        "code": trial.code[:64],
        "words_zh": trial.words.zh,
        "words_en": trial.words.en,
        "remedy_zh": trial.remedy.zh,
        "remedy_en": trial.remedy.en,
        "progress": dict(trial.progress),
    }


def _trial(row: Row[Any]) -> Trial:
    held = row._asdict()
    zh, en = held.pop("words_zh"), held.pop("words_en")
    remedy_zh, remedy_en = held.pop("remedy_zh"), held.pop("remedy_en")
    kinds = {"kind": TrialKind(row.kind), "state": TrialState(row.state)}
    words = {"words": Words(zh, en), "remedy": Words(remedy_zh, remedy_en)}
    return Trial(**held | kinds | words)
