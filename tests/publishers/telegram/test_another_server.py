"""Our publisher against a Telegram server by others (npm telegram-test-api, in tests/oracles)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.publishing.errors import Rejected, Unknown
from publishers.telegram.publisher import TelegramOutlet

ORACLES = Path(__file__).parents[2] / "oracles"
CHAT = "-1001234567890"  # it knows numeric chats only
TOKEN = "42:another-server"
Job = Callable[..., Any]


def node() -> str:
    """Node.js with the server installed; skips the test where there is none."""
    found = shutil.which("node")
    if found is None or not (ORACLES / "node_modules" / "telegram-test-api").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("tests/oracles is not set up, and CI skips nothing", pytrace=False)
        pytest.skip("tests/oracles is not set up: `make test` does it where npm is")
    return found


@pytest.fixture(scope="module")
def another() -> Iterator[str]:
    """The base URL of the other server; it ends when its standard input is closed."""
    command = [node(), "telegram.cjs"]
    with subprocess.Popen(
        command, cwd=ORACLES, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdecimal(), f"it ended with {process.wait()}"
        yield f"http://127.0.0.1:{port}"
        process.communicate(timeout=30)


@pytest.fixture
def theirs(another: str, job: Job) -> Job:
    """A job for the other server."""

    def make(text: str, *media: Any, **more: Any) -> Any:
        task = job(text, *media, **more)
        access = replace(
            task.access, base_url=another, handle=CHAT, credentials={"bot_token": TOKEN}
        )
        task.access = access
        return task

    return make


async def held(session: aiohttp.ClientSession, address: str) -> dict[int, dict[str, Any]]:
    """What the other server keeps of our bot, by message number."""
    async with session.post(f"{address}/getUpdatesHistory", json={"token": TOKEN}) as response:
        rows = (await response.json())["result"]
    return {row["messageId"]: row["message"] for row in rows}


async def test_a_post_is_made_edited_and_deleted_there(
    outlet: TelegramOutlet, session: aiohttp.ClientSession, another: str, theirs: Job
) -> None:
    accepted = await outlet.deliver(theirs("关于<b>放假</b>的通知 &amp; 安排"))
    chat, number = accepted.remote_id.split(":")
    kept = (await held(session, another))[int(number)]
    assert (chat, kept["chat_id"], kept["parse_mode"]) == (CHAT, CHAT, "HTML")
    assert kept["text"] == "关于<b>放假</b>的通知 &amp; 安排"
    await outlet.amend(theirs("更正：<b>上班</b>", remote_id=accepted.remote_id))
    assert (await held(session, another))[int(number)]["text"] == "更正：<b>上班</b>"
    await outlet.withdraw(theirs("", remote_id=accepted.remote_id))
    assert int(number) not in await held(session, another)


async def test_every_post_has_a_number_of_its_own_there(
    outlet: TelegramOutlet, session: aiohttp.ClientSession, another: str, theirs: Job
) -> None:
    made = {(await outlet.deliver(theirs(f"第 {n} 条"))).remote_id for n in range(3)}
    assert len(made) == 3
    assert {int(one.split(":")[1]) for one in made} <= set(await held(session, another))


async def test_silence_and_topic_arrive_there(
    outlet: TelegramOutlet, session: aiohttp.ClientSession, another: str, theirs: Job
) -> None:
    settings = {"silent": "true", "thread_id": "7"}
    accepted = await outlet.deliver(theirs("通知", settings=settings))
    kept = (await held(session, another))[int(accepted.remote_id.split(":")[1])]
    assert (kept["disable_notification"], kept["message_thread_id"]) == ("true", "7")


async def test_deleting_there_what_is_gone_is_refused_in_other_words(
    outlet: TelegramOutlet, theirs: Job
) -> None:
    with pytest.raises(Rejected) as refused:
        await outlet.withdraw(theirs("", remote_id=f"{CHAT}:999999"))
    assert "wasn't found" in refused.value.platform_message


async def test_a_picture_which_that_server_does_not_know_is_never_called_sent(
    outlet: TelegramOutlet, theirs: Job, pictures: Any
) -> None:
    with pytest.raises(Unknown):
        await outlet.deliver(theirs("图", pictures.draw()))
