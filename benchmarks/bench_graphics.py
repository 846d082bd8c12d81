"""Infographics: the long picture beside Chromium drawing a page with the same content, in one run.

Both get the infographic of docs/graphics, with another number in it at every picture, so that no
cache can answer. CPU seconds of the whole process tree for a picture, once warm; the wall-clock
time beside them says more about the machine's other work. The page has the same texts, cards and
colours, no charts and no code, in the font of ours (without one a machine may draw every Chinese
character as the same box), and is drawn at the same width by a Chromium that stays open.

    python -m benchmarks.bench_graphics [--quick] [--pictures 12]

Needs Chromium (GONGKAI_TEST_CHROMIUM, or on the path); without it that side is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import io
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import async_playwright

from graphics.infographic.reading import read
from graphics.infographic.rendering import render_long, render_pdf
from graphics.infographic.slicing import Limits, render_slices
from graphics.infographic.telling import plain_text

_SOURCE = Path(__file__).parent.parent / "docs" / "graphics" / "wages.json"
_TICKS = os.sysconf("SC_CLK_TCK")
_FONTS = Path(str(resources.files("rendercv_fonts"))) / "Noto Sans"  # those that ours are set in
_STYLE = """
@font-face { font-family: ours; font-weight: 400; src: url("NotoSansSC-Regular.ttf") }
@font-face { font-family: ours; font-weight: 700; src: url("NotoSansSC-Bold.ttf") }
body { margin: 0; width: 1080px; background: #f8ece4; font: 32px/1.52 ours; color: #2a1b1a }
h1 { margin: 0; padding: 140px 56px; font-size: 80px; color: #fff; text-align: center;
     background: linear-gradient(32deg, #7d0c12, #b9151b 52%, #c3271c) }
p { margin: 24px 56px; padding: 36px; background: #fffdfa; border: 1.5px solid #ecd5c8;
    border-radius: 26px; box-shadow: 0 4px 12px #7d0c1218; text-align: justify }
"""


_PAGE = f'<!doctype html><html lang="zh"><meta charset="utf-8"><style>{_STYLE}</style><body></html>'
_PUT = "async text => { document.body.innerHTML = text; await document.fonts.ready; }"


def cards_of(data: dict[str, Any]) -> str:
    """The infographic's texts as cards of a page."""
    lines = plain_text(read(data)).splitlines()
    cards = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    title = html.escape(data["hero"]["title"])
    return f"<h1>{title}</h1>{cards}"


def varied(number: int) -> dict[str, Any]:
    """The infographic with `number` in its first paragraph."""
    data: dict[str, Any] = json.loads(_SOURCE.read_text("utf-8"))
    data["sections"][0]["paragraphs"][0] += f"（{number}）"
    return data


def own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def tree_cpu() -> float:
    """CPU seconds of this process and of all that descend from it and still run."""
    parents: dict[int, tuple[int, float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents[int(folder.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS)

    def ours(process: int) -> bool:
        while process in parents:
            if process == os.getpid():
                return True
            process = parents[process][0]
        return False

    return sum(cpu for process, (_, cpu) in parents.items() if ours(process))


async def measured(
    draw: Callable[[int], Awaitable[Any]], count: int, cpu: Callable[[], float]
) -> tuple[float, float]:
    """Median CPU and wall-clock milliseconds of `count` drawings after one that is not counted."""
    await draw(0)
    costs, times = [], []
    for number in range(1, count + 1):
        before, start = cpu(), time.perf_counter()
        await draw(number)
        costs.append((cpu() - before) * 1000)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(costs), statistics.median(times)


async def ours(count: int, quick: bool) -> dict[str, float]:
    async def long(number: int) -> None:
        await render_long(read(varied(number)))

    async def pdf(number: int) -> None:
        await render_pdf(read(varied(number)))

    async def slices(number: int) -> None:
        await render_slices(read(varied(number)), Limits())

    figures: dict[str, float] = {}
    forms = (
        [("long", long), ("pdf", pdf)]
        if quick
        else [("long", long), ("pdf", pdf), ("slices", slices)]
    )
    for name, draw in forms:
        cpu, wall = await measured(draw, count, own_cpu)
        figures |= {f"{name}_cpu_ms": round(cpu, 1), f"{name}_wall_ms": round(wall, 1)}
        print(f"{name}: {cpu:.0f} ms CPU, {wall:.0f} ms", flush=True)
    return figures


@contextmanager
def laid_out() -> Iterator[str]:
    """The address of an empty page beside the fonts."""
    with tempfile.TemporaryDirectory(prefix="gongkai-page-") as name:
        folder = Path(name)
        for font in _FONTS.glob("NotoSansSC-*.ttf"):
            (folder / font.name).symlink_to(font)
        (folder / "page.html").write_text(_PAGE, "utf-8")
        yield (folder / "page.html").as_uri()


async def chromium(count: int, executable: str, at: str) -> dict[str, float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport={"width": 1080, "height": 1000})
        await page.goto(at)
        heights = []

        async def draw(number: int) -> None:
            await page.evaluate(_PUT, cards_of(varied(number)))
            picture = await page.screenshot(full_page=True)
            with Image.open(io.BytesIO(picture)) as image:
                heights.append(image.height)

        cpu, wall = await measured(draw, count, tree_cpu)
        await browser.close()
    print(f"chromium: {cpu:.0f} ms CPU, {wall:.0f} ms, {heights[-1]} pixels high", flush=True)
    return {
        "chromium_cpu_ms": round(cpu, 1),
        "chromium_wall_ms": round(wall, 1),
        "chromium_height": heights[-1],
    }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pictures", type=int, default=12)
    chosen = parser.parse_args()
    count = 3 if chosen.quick else chosen.pictures
    with Image.open(io.BytesIO(await render_long(read(varied(0))))) as image:
        figures: dict[str, float] = {"pictures": count, "height": image.height}
    figures |= await ours(count, chosen.quick)
    executable = shutil.which(os.environ.get("GONGKAI_TEST_CHROMIUM", "chromium"))
    if executable:
        with laid_out() as at:
            figures |= await chromium(count, executable, at)
        ratio = figures["chromium_cpu_ms"] / figures["long_cpu_ms"]
        figures["ratio_chromium_cpu"] = round(ratio, 2)
    else:
        print("chromium: left out, it is not installed", flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main())
