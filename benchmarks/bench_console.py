"""Console: how long its lists take over a million deliveries, and what a first visit weighs.

Every page of the console without an id in its address is asked for by a person of every role, and
by two who see a part of the bodies; three of them try every filter that the page knows. The
console is found as it is: a new area's pages are in the walk. Times are those of whole requests
over HTTP on this machine, one after the other; `list_p95_ms` is of all answers,
`slowest_page_p95_ms` that of the page where it is greatest, `over` how many pages have it over the
bound. `list_cpu_p95_ms` and `over_cpu` are the same of CPU time, the client's included, which other
work on the machine changes little.

    python -m benchmarks.bench_console [--quick] [--deliveries N] [--items N] [--data DIR]
        [--keep DIR]

`--keep` leaves the stock in a folder and takes it from there where it is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import os
import re
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from playwright.async_api import async_playwright

from app.compose import Hub, open_hub
from app.console import console_desk
from app.settings import Settings
from benchmarks.console_life import Life
from benchmarks.console_stock import PARTLY, PEOPLE, Size, refresh, stock
from benchmarks.services import postgres_database
from hub.organisations.models import Role
from hub.organisations.signin.models import Origin
from hub.organisations.signin.passwords import Passwords
from web.console.application import console_application, console_routes
from web.console.call import ROOT
from web.console.desk import Desk
from web.console.registry import console_areas

_FULL = Size(
    deliveries=1_000_000,
    items=4_540_000,
    accounts=15_600,
    life=Life(
        people=3_000,
        reviews=500,
        talks=50_000,
        signals=200_000,
        issues=20_000,
        cases=20_000,
        problems=500,
        incidents=2_000,
        events=200_000,
    ),
)
_QUICK = Size(
    deliveries=5_000,
    items=2_000,
    accounts=400,
    life=Life(
        people=200,
        reviews=50,
        talks=500,
        signals=2_000,
        issues=200,
        cases=400,
        problems=20,
        incidents=40,
        events=1_000,
    ),
)
_BOUND = 200.0  # milliseconds
_PASSWORD = "Harbour-27-lamp"
_WHO = (*PEOPLE, *PARTLY)
_FILTERING = (Role.MEDIA.value, "city-office", Role.DISCLOSURE_OFFICE.value)  # try every filter
_QUICKLY = (Role.CLERK.value, *_FILTERING[1:])
_HERE = "benchmark"
_ROUNDS = 3
_FILTERS = (
    "",
    "state=draft",
    "state=failed",
    "state=verified",
    "attribute=proactive",
    "group=all",
    "group=trouble",
    "group=done",
    "channel=weibo",
    "channel=website&group=all",
    "body={body}",
    "body={body}&channel=weibo",
    "view=week",
    "view=list",
    "view=month&channel=weibo",
    "q=通知",
    "health=unfiled",
)
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
_PAINT = """() => new Promise(done => {
    const told = () => performance.getEntriesByName('first-contentful-paint')[0];
    if (told()) { done(told().startTime); return; }
    new PerformanceObserver(() => { if (told()) done(told().startTime); })
        .observe({type: 'paint', buffered: true});
})"""


class Taken:
    """Milliseconds of one answer, by the clock and of CPU time."""

    def __init__(self, wall: float, cpu: float) -> None:
        self.wall, self.cpu = wall * 1e3, cpu * 1e3


def list_pages() -> list[str]:
    """Paths of pages that nobody's id is part of, but the stream, which never ends."""
    skipped = {f"/{name}" for name in ("sign-in", "prove")}
    return [
        route.path
        for route in console_routes()
        if route.method == "GET"
        and "{" not in route.path
        and not route.proved
        and not any(route.path.startswith(path) for path in skipped)
        and not route.path.endswith("/live")
    ]


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    application = web.Application()
    application.add_subapp(ROOT, console_application(desk))
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def sessions_of(desk: Desk, logins: Sequence[str] = _WHO) -> dict[str, str]:
    """The cookie of everybody, who has one role each."""
    found = {}
    for login in logins:
        await desk.factors.give_password(login, password=_PASSWORD, must_change=False, actor=_HERE)
        opened = await desk.sessions.sign_in(login, _PASSWORD, Origin())
        found[login] = f"gongkai-session={opened.secret}"
    return found


async def walk(
    url: str, desk: Desk, cookies: dict[str, str], rounds: int
) -> dict[str, list[Taken]]:
    """What every page's answers took, by path, filter and who asks. A page's very first
    answer is not counted: its template is read for it."""
    times: dict[str, list[Taken]] = {}
    body = (await desk.organisations.bodies())[-1].code
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        for path in list_pages():
            known = await _filters(session, url + ROOT + path, cookies[_FILTERING[-1]])
            for asked in known:
                address = f"{ROOT}{path}?{asked.format(body=body)}"
                for login in cookies.keys() & set(_FILTERING) if asked else cookies:
                    taken = await _ask(session, url + address, cookies[login], rounds)
                    times[f"{path}?{asked} {login}"] = taken
    return times


async def _filters(session: ClientSession, url: str, cookie: str) -> list[str]:
    """No filter, and those of which the page knows every part."""
    async with session.get(url, headers={"Cookie": cookie}) as answer:
        page = await answer.text() if answer.content_type == "text/html" else ""  # a file: none
    known = set(re.findall(r'(?:name="|[?&;])(\w+)(?:"|=)', page))
    return [asked for asked in _FILTERS if known.issuperset(re.findall(r"(\w+)=", asked))]


async def _ask(session: ClientSession, url: str, cookie: str, rounds: int) -> list[Taken]:
    """What each answer took; none of a page that is not theirs, or of a file."""
    times = []
    for _ in range(rounds):
        begun, busy = time.perf_counter(), time.process_time()
        headers = {"Cookie": cookie}
        async with session.get(url, headers=headers, allow_redirects=False) as answer:
            await answer.read()
        taken = Taken(time.perf_counter() - begun, time.process_time() - busy)
        if answer.status in (403, 404):
            return []
        if answer.content_type != "text/html":
            return []  # a file
        if answer.status >= 400:
            raise RuntimeError(f"{url}: {answer.status}")
        times.append(taken)
    return times


async def weigh(url: str, cookie: str) -> dict[str, int]:
    """Bytes that each area's first page comes with, compressed, with all that it names."""
    found = {}
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        for area in console_areas():
            if not area.home:
                continue
            headers = {"Cookie": cookie}
            async with session.get(f"{url}{ROOT}{area.home}", headers=headers) as answer:
                page = await answer.text()
            named = set(re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg))[^"]*"', page))
            total = len(gzip.compress(page.encode()))
            for address in named:
                async with session.get(f"{url}{address}") as part:
                    content = await part.read()
                total += 0 if "chart" in address else len(gzip.compress(content))
            found[area.name] = total
    return found


async def painted(url: str, secret: str, most: int) -> tuple[float, str] | None:
    """Milliseconds to the first content in Chromium, nothing cached, of the slowest of the first
    `most` areas and which that is; None where there is no browser."""
    chromium = os.environ.get("GONGKAI_TEST_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        return None
    found: list[tuple[float, str]] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        try:
            for area in [area for area in console_areas() if area.home][:most]:
                context = await browser.new_context()
                cookie: Any = {"name": "gongkai-session", "value": secret, "url": url}
                await context.add_cookies([cookie])
                page = await context.new_page()
                await page.goto(f"{url}{ROOT}{area.home}", wait_until="domcontentloaded")
                found.append((await page.evaluate(_PAINT), area.home))
                await context.close()
        finally:
            await browser.close()
    return max(found)


async def measure(hub: Hub, size: Size, stocked: float, *, quick: bool) -> dict[str, Any]:
    desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
    async with served(desk) as url:
        cookies = await sessions_of(desk, _QUICKLY if quick else _WHO)
        times = await walk(url, desk, cookies, 1 if quick else _ROUNDS)
        office = cookies["disclosure-office"]
        weights = await weigh(url, office)
        paint = await painted(url, office.partition("=")[2], 4 if quick else 100)
    return {
        "deliveries": size.deliveries,
        "items": size.items,
        "stocking_s": round(stocked, 1),
        **_told({name: taken for name, taken in times.items() if taken}),
        "first_visit_kb": round(max(weights.values()) / 1000, 1),
        **({"first_paint_ms": round(paint[0], 1), "first_paint": paint[1]} if paint else {}),
    }


def _told(times: dict[str, list[Taken]]) -> dict[str, Any]:
    """Of all answers together, and of each page."""
    medians = {name: statistics.median(one.wall for one in own) for name, own in times.items()}
    for name, taken in sorted(medians.items(), key=lambda pair: -pair[1])[:25]:
        busy = statistics.median(one.cpu for one in times[name])
        print(f"{taken:8.1f} ms  {busy:8.1f} ms of CPU  {name}", flush=True)
    pages: dict[str, list[Taken]] = defaultdict(list)
    for name, own in times.items():
        pages[name.partition("?")[0]] += own
    every = [one for taken in times.values() for one in taken]
    tails = {path: _tail(one.wall for one in own) for path, own in pages.items()}
    busiest = {path: _tail(one.cpu for one in own) for path, own in pages.items()}
    slowest = max(medians, key=lambda name: medians[name])
    worst = max(tails, key=lambda path: tails[path])
    return {
        "pages": len(tails),
        "views": len(medians),
        "list_p50_ms": round(statistics.median(one.wall for one in every), 1),
        "list_p95_ms": round(_tail(one.wall for one in every), 1),
        "list_cpu_p95_ms": round(_tail(one.cpu for one in every), 1),
        "slowest_list_ms": round(medians[slowest], 1),
        "slowest_list": slowest,
        "slowest_page_p95_ms": round(tails[worst], 1),
        "slowest_page": worst,
        "over": sum(tail > _BOUND for tail in tails.values()),
        "over_cpu": sum(tail > _BOUND for tail in busiest.values()),
    }


def _tail(values: Iterable[float]) -> float:
    """The 95th percentile."""
    held = sorted(values)
    return held[min(len(held) - 1, int(len(held) * 0.95))]


@contextlib.contextmanager
def _database(wanted: bool, folder: Path) -> Iterator[str]:
    if not wanted:
        yield f"sqlite:///{folder / 'gongkai.db'}"
        return
    with postgres_database("gongkai_bench_console") as dsn:
        if dsn is None:
            raise RuntimeError("there is no PostgreSQL here")
        yield dsn.replace("postgresql://", "postgresql+asyncpg://")


async def _run(options: argparse.Namespace) -> dict[str, Any]:
    given = _QUICK if options.quick else _FULL
    size = replace(
        given,
        deliveries=options.deliveries or given.deliveries,
        items=options.items or given.items,
    )
    texts = options.data and options.data / "regulations.jsonl.gz"
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        with _database(options.postgres, folder) as url:
            settings = Settings(home=folder, database_url=url, console_second_factor=False)
            async with open_hub(settings) as hub:
                begun = time.perf_counter()
                if options.keep and await hub.organisations.bodies():
                    await refresh(hub)
                else:
                    await stock(hub, size, texts)
                stocked = time.perf_counter() - begun
                return await measure(hub, size, stocked, quick=options.quick)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some thousands, done within 50 s")
    parser.add_argument("--deliveries", type=int, default=0)
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder with regulations.jsonl.gz")
    parser.add_argument("--keep", type=Path, help="where the stock is, or is left for another run")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    print(json.dumps(asyncio.run(_run(options)), ensure_ascii=False))


if __name__ == "__main__":
    main()
