"""The demonstration and the simulated platforms, started as a person starts them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import aiohttp
import pytest

from publishers.registry import channels
from simulators.demo import _near
from simulators.home import emptied
from tests.simulators.processes import ROOT, Ended, ended, line, run, started

REFUSING = str(Path(__file__).with_name("refusing_demo.py"))


@pytest.mark.parametrize("words", [("-m", "simulators"), ("-m", "app", "simulate")])
async def test_the_town_tells_its_address_and_ends_when_told(words: tuple[str, ...]) -> None:
    async with started(*words, "--port", "0") as process:
        address = json.loads(await line(process))["url"]
        async with aiohttp.ClientSession() as session, session.get(f"{address}/") as answer:
            assert "模拟平台" in await answer.text()
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == Ended(0, "", "")


async def test_a_town_of_chosen_platforms(tmp_path: Path) -> None:
    async with started("-m", "simulators", "--port", "0", "--channel", "weibo") as process:
        address = json.loads(await line(process))["url"]
        async with aiohttp.ClientSession() as session:
            shown = await (await session.get(f"{address}/_control/shown")).json()
        assert list(shown) == ["weibo"]


async def test_a_platform_that_nobody_simulates_is_refused_in_words() -> None:
    done = await run("-m", "simulators", "--port", "0", "--channel", "pigeon")
    assert done.code == 2
    assert "pigeon" in done.err
    assert "Traceback" not in done.err


def test_a_folder_that_is_no_demonstrations_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "gongkai.db").write_text("real")
    with pytest.raises(Exception, match="不予清空"):
        emptied(tmp_path)
    assert (tmp_path / "gongkai.db").read_text() == "real"


def test_an_earlier_demonstrations_folder_is_emptied(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    emptied(home)
    (home / "gongkai.db").write_text("old")
    emptied(home)
    assert [path.name for path in home.iterdir()] == ["demonstration.txt"]


def test_what_is_to_be_typed_is_short_from_here_and_whole_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert _near(ROOT / "var" / "demo") == "var/demo"
    monkeypatch.chdir(tmp_path)
    assert _near(ROOT / "var" / "a demo") == f"'{ROOT}/var/a demo'"


@pytest.mark.slow
async def test_everything_is_published_and_every_account_is_named(tmp_path: Path) -> None:
    words = ("--once", "--bodies", "2", "--items", "2", "--home", str(tmp_path / "home"))
    # a database of somebody else's, which a demonstration must not touch
    other = f"sqlite:///{tmp_path / 'other.db'}"
    done = await run("-m", "app", "demo", *words, GONGKAI_DATABASE_URL=other)
    assert done.code == 0, done.out + done.err
    bodies = json.loads((ROOT / "simulators/data/bodies.json").read_text("utf-8"))[:2]
    for body in bodies:
        short = body["name"].removesuffix("人民政府")
        for channel in channels().values():
            account = f"{short}·{channel.declaration.title.zh.split()[0]}"
            assert done.out.count(account) == 2, account
    total = 2 * 2 * len(channels())
    assert f"{total} / {total} 已发布" in done.out
    assert not (tmp_path / "other.db").exists()
    home = str(tmp_path / "home")
    verified = await run("-m", "app", "audit", "verify", "--json", GONGKAI_HOME=home)
    assert verified.code == 0, verified.err
    listed = await run("-m", "app", "delivery", "list", "--json", GONGKAI_HOME=home)
    assert len(json.loads(listed.out)) == total


@pytest.mark.slow
async def test_a_platform_that_refuses_is_shown_and_fails_the_demonstration(tmp_path: Path) -> None:
    words = ("--once", "--bodies", "1", "--items", "1")
    done = await run(REFUSING, *words, "--home", str(tmp_path / "home"))
    assert done.code == 1, done.out + done.err
    [weibo] = [row for row in done.out.splitlines() if "·新浪微博" in row]
    assert "等待 blocked" in weibo
    total = len(channels())
    assert f"{total - 1} / {total} 已发布" in done.out
    assert "校验无误" in done.out
