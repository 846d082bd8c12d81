"""A whole hub in processes of its own before a homeserver, killed where it is told."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.crash.life import KILLED_AT, RESULT, live, plan_for
from benchmarks.crash.runner import Steps, fork, run, wait_for
from benchmarks.crash.stage import PROVINCE, build_home
from benchmarks.crash.triggers import Kill
from hub.organisations.models import NewAccount
from tests.publishers.matrix.homeserver import Homeserver, Member

__all__ = ["Life", "Lives"]

_AT_ONCE = 4  # the homeserver is one process


@dataclass(slots=True)
class Life:
    """One delivery to `member`'s room, by a hub that dies at `kill` and is started again."""

    member: Member
    kill: Kill | None
    died_at: str = ""
    delivery: Mapping[str, Any] = field(default_factory=dict)
    calls: Sequence[str] = ()


class Lives:
    """An installation with one approved item for several accounts, copied for every life."""

    def __init__(self, server: Homeserver, folder: Path, count: int) -> None:
        self._folder = folder
        members = [server.member(f"life-{number}") for number in range(count)]
        accounts = [_account(server, member) for member in members]
        work = partial(_build, folder / "template", accounts)
        wait_for(fork(folder, work), folder)
        self._members = iter(members)

    def life(self, kill: Kill | None = None) -> Life:
        return Life(next(self._members), kill)

    def run(self, lives: Sequence[Life]) -> None:
        run([self._steps(life) for life in lives], _AT_ONCE)

    def _steps(self, life: Life) -> Steps:
        home = self._folder / life.member.user
        shutil.copytree(self._folder / "template", home)
        first = plan_for(life.member.user)
        if (yield home, partial(live, home, first, life.kill)) != 0:
            life.died_at = (home / KILLED_AT).read_text("utf-8")
            yield home, partial(live, home, None, None)
        report = json.loads((home / RESULT).read_text("utf-8"))
        (life.delivery,) = report["deliveries"]
        life.calls = report["points"]["call"]
        shutil.rmtree(home)


def _build(home: Path, accounts: Sequence[NewAccount]) -> None:
    asyncio.run(build_home(home, accounts, 1))


def _account(server: Homeserver, member: Member) -> NewAccount:
    return NewAccount(
        channel="matrix",
        name=member.user,
        handle=member.alias,
        body_code=PROVINCE,
        base_url=server.url,
        tags=(member.user,),
        settings={"device_id": member.device},
        credentials={"access_token": member.token},
    )
