"""A site after its writer died, or its disk refused, between any two steps."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy
from hub.publishing.ports import Verdict
from publishers.website.disk import Disk
from publishers.website.publisher import WebsiteOutlet
from publishers.website.simulator import Platform
from publishers.wire import Wire

pytestmark = pytest.mark.slow

Job = Callable[..., Any]
Files = Callable[[Path], dict[str, bytes]]


class FailingDisk(Disk):
    """Fails before elementary step number `at` (from 0), as `fail` says; counts the steps."""

    def __init__(self, at: int, fail: Callable[[], NoReturn]) -> None:
        self.at = at
        self.fail = fail
        self.steps = 0

    def _step(self) -> None:
        if self.steps == self.at:
            self.steps += 1
            self.fail()
        self.steps += 1

    def write(self, path: Path, content: bytes) -> None:
        self._step()
        super().write(path, content[: len(content) // 2])
        self._step()
        super().write(path, content)

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)

    def unlink(self, path: Path) -> None:
        self._step()
        super().unlink(path)

    def make(self, path: Path) -> None:
        self._step()
        super().make(path)

    def sync(self, folder: Path) -> None:
        self._step()
        super().sync(folder)


def full() -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def killed_at(step: int, work: Callable[[Disk], Any]) -> bool:
    """Do `work` in a process that dies before `step`; False when it came to its end."""
    child = os.fork()
    if child == 0:
        asyncio.run(work(FailingDisk(step, die)))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.fixture
def first_state(pictures: Any) -> dict[str, Any]:
    return {"title": "旧标题", "media": (pictures.add(b"old"), pictures.add(b"both"))}


@pytest.fixture
def second_state(pictures: Any) -> dict[str, Any]:
    return {"title": "新标题", "media": (pictures.add(b"new"), pictures.add(b"both"))}


async def reference(
    wire: Wire, clock: ManualClock, job: Job, root: Path, files: Files, states: list[dict[str, Any]]
) -> dict[str, bytes]:
    """What the folder holds when nothing fails; the folder is empty again afterwards."""
    outlet = WebsiteOutlet(wire, clock)
    for state in states:
        await outlet.deliver(job(**state))
    held = files(root)
    clear(root)
    return held


def clear(root: Path) -> None:
    for path in sorted(root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


async def test_a_full_disk_at_any_step_is_busy_and_the_repeat_completes_it(
    wire: Wire, clock: ManualClock, job: Job, root: Path, files: Files, second_state: dict[str, Any]
) -> None:
    whole = await reference(wire, clock, job, root, files, [second_state])
    step = 0
    while True:
        disk = FailingDisk(step, full)
        with contextlib.suppress(Busy):
            await WebsiteOutlet(wire, clock, disk).deliver(job(**second_state))
        if disk.steps <= step:
            break
        await WebsiteOutlet(wire, clock).deliver(job(**second_state))
        assert files(root) == whole, step
        clear(root)
        step += 1
    assert step > 30


@pytest.mark.parametrize(
    ("number", "name", "words"),
    [
        (errno.ENOSPC, "ENOSPC", "磁盘已满"),
        (errno.EDQUOT, "EDQUOT", "磁盘已满"),
        (errno.EACCES, "EACCES", "检查目录是否存在及其权限"),
        (errno.EROFS, "EROFS", "检查目录是否存在及其权限"),
    ],
)
async def test_what_the_disk_refuses_is_told_in_words(
    wire: Wire, clock: ManualClock, job: Job, number: int, name: str, words: str
) -> None:
    def refuse() -> NoReturn:
        raise OSError(number, os.strerror(number))

    with pytest.raises(Busy, match=words) as refused:
        await WebsiteOutlet(wire, clock, FailingDisk(9, refuse)).deliver(job())
    assert refused.value.platform_code == name


def test_a_writer_killed_at_any_step_of_a_correction_is_reconciled_to_the_same_site(
    clock: ManualClock,
    platform: Platform,
    job: Job,
    root: Path,
    files: Files,
    first_state: dict[str, Any],
    second_state: dict[str, Any],
) -> None:
    no_wire: Any = None

    async def correct(disk: Disk) -> None:
        await WebsiteOutlet(no_wire, clock, disk).deliver(job(**second_state))

    async def restart() -> Verdict:
        outlet = WebsiteOutlet(no_wire, clock)
        finding = await outlet.reconcile(job(**second_state))
        if finding.verdict is Verdict.ABSENT:
            await outlet.deliver(job(**second_state))
        return finding.verdict

    whole = asyncio.run(reference(no_wire, clock, job, root, files, [first_state, second_state]))
    verdicts, step = set(), 0
    while True:
        asyncio.run(WebsiteOutlet(no_wire, clock).deliver(job(**first_state)))
        if not killed_at(step, correct):
            break
        verdicts.add(asyncio.run(restart()))
        assert files(root) == whole, step
        assert [post.title for post in platform.shown()] == ["新标题"]
        clear(root)
        step += 1
    assert step > 20
    assert Verdict.ABSENT in verdicts


def test_the_next_writer_finishes_what_a_killed_one_left(
    clock: ManualClock, platform: Platform, job: Job, root: Path
) -> None:
    no_wire: Any = None

    async def first(disk: Disk) -> None:
        await WebsiteOutlet(no_wire, clock, disk).deliver(job("item-1", title="第一份"))

    step, finished = 0, 0
    while killed_at(step, first):
        assert [post.title for post in platform.shown()] in ([], ["第一份"]), step
        outlet = WebsiteOutlet(no_wire, clock)
        asyncio.run(outlet.deliver(job("item-2", title="第二份")))
        states = {post.remote_id: post.state for post in platform.shown()}
        assert states.pop("i/item-2.html") == "public"
        finding = asyncio.run(outlet.reconcile(job("item-1", title="第一份")))
        listed = states.get("i/item-1.html") == "public"
        assert (finding.verdict is Verdict.FOUND) == listed, step
        finished += listed
        clear(root)
        step += 1
    assert 0 < finished < step


def test_a_withdrawal_killed_at_any_step_is_completed_by_its_repeat(
    clock: ManualClock, platform: Platform, job: Job, root: Path, first_state: dict[str, Any]
) -> None:
    no_wire: Any = None

    async def withdraw(disk: Disk) -> None:
        await WebsiteOutlet(no_wire, clock, disk).withdraw(job(remote_id="i/item-1.html"))

    step = 0
    while True:
        asyncio.run(WebsiteOutlet(no_wire, clock).deliver(job(**first_state)))
        if not killed_at(step, withdraw):
            break
        asyncio.run(withdraw(Disk()))
        assert [post.state for post in platform.shown()] == ["withdrawn"], step
        assert list((root / "media").iterdir()) == []
        assert list((root / ".site/pending").iterdir()) == []
        clear(root)
        step += 1
    assert step > 20
