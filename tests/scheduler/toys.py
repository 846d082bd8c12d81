"""A scripted platform in memory, and what makes posts for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hub.catalogue.models import Item
from hub.kernel.errors import Words
from hub.organisations.models import (
    Account,
    Body,
)
from hub.publishing.errors import Rejected, Unknown
from hub.publishing.models import (
    Capability,
    Declaration,
    LengthUnit,
    MediaRule,
    Part,
    Quota,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Accepted, DraftEdition, Finding, Job, Measured, Rendered, Verdict
from hub.publishing.rules import edition_name

Answer = Exception | Callable[[Job], Awaitable[Accepted | None]]

TOY = Declaration(
    name="toy",
    title=Words("测试平台", "a toy platform"),
    markup="text",
    unit=LengthUnit.CHARACTERS,
    text_limit=2000,
    media=MediaRule(types=frozenset({"image/png"}), max_bytes=1_000_000, max_count=1),
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.READ_BACK,),
    capabilities=frozenset({Capability.DELETE}),
    source="tests",
)
MUTE = replace(TOY, capabilities=frozenset())
READABLE = replace(TOY, capabilities=TOY.capabilities | {Capability.VERIFY})


async def lost(job: Job) -> Accepted:
    raise Unknown(Words("没有答复", "no answer"))


class ToyPlatform:
    """`Outlet` and its platform in one. `answers` script the next calls; then it posts."""

    def __init__(self, declaration: Declaration = TOY) -> None:
        self.declaration = declaration
        self.posts: list[tuple[str, str, str]] = []  # account, key, text
        self.calls: list[str] = []  # delivery ids
        self.withdrawn: list[str] = []
        self.measured: list[str] = []
        self.amended: list[tuple[str, str]] = []  # remote id, new text
        self.answers: deque[Answer] = deque()
        self.findings: deque[Finding | Exception] = deque()
        self.always: Callable[[Job], Awaitable[Accepted | None]] | None = None
        self.running: set[str] = set()
        self.most_running = 0

    async def deliver(self, job: Job) -> Accepted:
        assert job.access.account_id not in self.running, "two at once on one account"
        self.running.add(job.access.account_id)
        self.most_running = max(self.most_running, len(self.running))
        self.calls.append(job.delivery_id)
        try:
            return await self._answer(job)
        finally:
            self.running.discard(job.access.account_id)

    async def _answer(self, job: Job) -> Accepted:
        answer = self.answers.popleft() if self.answers else self.always
        if isinstance(answer, Exception):
            raise answer
        given = await answer(job) if answer else None
        return given or self.post(job)

    def post(self, job: Job) -> Accepted:
        self.posts.append((job.access.account_id, job.key, job.part.text))
        return Accepted(remote_id=f"r-{len(self.posts)}", url=f"https://toy/{len(self.posts)}")

    async def reconcile(self, job: Job) -> Finding:
        if self.findings:
            return self._finding()
        keys = [key for _, key, _ in self.posts]
        if job.key in keys:
            remote_id = f"r-{keys.index(job.key) + 1}"
            return Finding(verdict=Verdict.FOUND, remote_id=remote_id)
        return Finding(verdict=Verdict.ABSENT)

    def _finding(self) -> Finding:
        found = self.findings.popleft()
        if isinstance(found, Exception):
            raise found
        return found

    async def verify(self, job: Job) -> Finding:
        if self.findings:
            return self._finding()
        return Finding(verdict=Verdict.FOUND, same=True)

    async def withdraw(self, job: Job) -> None:
        if self.answers and isinstance(answer := self.answers.popleft(), Exception):
            raise answer
        self.withdrawn.append(job.remote_id)

    async def measure(self, job: Job) -> Measured:
        self.measured.append(job.remote_id)
        return Measured(likes=len(self.measured), reads=100)

    async def amend(self, job: Job) -> Accepted:
        if self.answers and isinstance(answer := self.answers.popleft(), Exception):
            raise answer
        if not self.declaration.can(Capability.EDIT):
            raise Rejected(Words("不支持", "not supported"))
        self.amended.append((job.remote_id, job.part.text))
        return Accepted(remote_id=job.remote_id)

    async def close(self) -> None:
        return


class ToyBook:
    def __init__(self) -> None:
        self.held: dict[str, Declaration] = {"toy": TOY}

    def declaration(self, channel: str) -> Declaration:
        return self.held[channel]

    def quotas(self, channel: str, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        return self.declaration(channel).quotas

    def variation(self, channel: str, settings: Mapping[str, Any]) -> Mapping[str, str]:
        return {"tone": settings["tone"]} if "tone" in settings else {}


class ToyRenderer:
    """A paragraph a part; `tone` is written before each."""

    def __init__(self, book: ToyBook) -> None:
        self._book = book

    async def render(self, item: Item, body: Body, accounts: Sequence[Account]) -> Rendered:
        editions = {}
        for account in accounts:
            variation = self._book.variation(account.channel, account.settings)
            tone = variation.get("tone", "")
            parts = tuple(Part(text=tone + text) for text in item.body.split("\n\n"))
            name = edition_name(account.channel, variation)
            editions[name] = DraftEdition(channel=account.channel, variation=variation, parts=parts)
        return Rendered(editions=tuple(editions.values()))

    async def announce(
        self, item: Item, body: Body, accounts: Sequence[Account], kind: str
    ) -> Rendered:
        whole = await self.render(item, body, accounts)
        return Rendered(
            editions=tuple(
                DraftEdition(
                    channel=draft.channel,
                    variation={**draft.variation, "notice": kind},
                    parts=(Part(text=f"说明 {kind} {item.title}"),),
                )
                for draft in whole.editions
            )
        )
