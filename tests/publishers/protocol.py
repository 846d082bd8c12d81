"""A delivery as the engine makes it, in a few lines: posts in every markup, attempts, verdicts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, DeliveryError, Exhausted, NotSent, Throttled, Unknown
from hub.publishing.models import MediaRef, MediaRole, Part
from hub.publishing.ports import Finding, Verdict
from publishers.composing import apart
from publishers.contract import Channel, Source
from publishers.limits import problems
from tests.publishers.doubles import MemoryJob, Stage, open_stage, picture

LINK = "https://www.gd.gov.cn/zwgk/2026"


def in_plain_text(words: str, link: str, media: Sequence[MediaRef]) -> str:
    return f"{words} {link}"


def in_html(words: str, link: str, media: Sequence[MediaRef]) -> str:
    shown = [f'<img src="cid:{picture.sha256}" alt="{picture.alt}"/>' for picture in media]
    return f"<p>{words}</p>{''.join(shown)}"


def in_a_page(words: str, link: str, media: Sequence[MediaRef]) -> str:
    head = f'<meta charset="utf-8"><title>{words[:20]}</title>'
    body = in_html(words, link, media).replace("/>", ">")
    return f'<!DOCTYPE html>\n<html lang="zh"><head>{head}</head><body>{body}</body></html>'


# How a sentence and its pictures are written in each markup.
MARKUPS = dict.fromkeys(("text", "html", "message", "markdown"), in_plain_text)
MARKUPS |= {"article": in_html, "page": in_a_page}
# Real seconds for one step of a test; the engine has the declared timeout. A caller whose call
# hangs goes away sooner, and a platform that is late commits after that.
PATIENCE_S = 5.0
SHORT_S = 0.4
LATE_S = 0.6
ROUNDS = 300  # of asking again, on the clock of the test
SENT_AGAIN = (NotSent, Busy, Throttled, Exhausted)


def cover(stage: Stage) -> MediaRef:
    types = stage.channel.declaration.media.types
    kind = next(kind for kind in ("image/png", "image/jpeg") if kind in types)
    return stage.media.add(picture(kind, side=320), kind, side=320, role=MediaRole.COVER)


def parts_of(stage: Stage, words: str, *media: MediaRef, number: int = 17) -> tuple[Part, ...]:
    """A post that says `words` and little else, as the channel itself finishes it."""
    declaration, link = stage.channel.declaration, f"{LINK}/{number}.html"
    part = Part(
        text=MARKUPS[declaration.markup](words, link, media),
        title=words[:20],
        digest=words[:20] if declaration.digest_limit else "",
        link=link,
        media=(cover(stage), *media) if declaration.needs_cover else media,
    )
    source = Source(
        item_id=f"item-{number}",
        title=words[:20],
        body=words,
        summary=words[:20],
        link=link,
        organisation="广东省人民政府办公厅",
        issuer="广东省人民政府办公厅",
    )
    parts = apart([part]) if declaration.pictures_alone else (part,)
    return stage.channel.finish(parts, source) if stage.channel.finish else parts


def small(stage: Stage, number: int = 17) -> Part:
    (part,) = parts_of(stage, f"关于推进政务公开的第{number}号通知", number=number)
    assert problems([part], stage.channel.declaration) == []
    return part


# --- seeing a delivery through, as the engine does ------------------------------------------------


async def until_decided(stage: Stage, ask: Callable[[], Awaitable[Finding]]) -> Finding:
    """Ask again as long as the answer is PENDING or the platform is busy."""
    for _ in range(ROUNDS):
        try:
            finding = await asyncio.wait_for(ask(), PATIENCE_S)
        except (*SENT_AGAIN, TimeoutError):
            stage.clock.advance(60)
            continue
        if finding.verdict is not Verdict.PENDING:
            return finding
        stage.clock.advance(max(1.0, finding.retry_after))
        await asyncio.sleep(0)
    raise AssertionError(f"{stage.channel.name} never decides")


async def attempt(stage: Stage, job: MemoryJob, patience_s: float = PATIENCE_S) -> Verdict:
    """One attempt, with what follows from its ending; PENDING: it may be made again."""
    try:
        accepted = await asyncio.wait_for(stage.outlet.deliver(job), patience_s)
    except (Unknown, TimeoutError) as error:
        # The clock of the test runs ahead of the platform's last seconds: let them pass.
        await asyncio.sleep(LATE_S if isinstance(error, TimeoutError) else 0)
        finding = await until_decided(stage, lambda: stage.outlet.reconcile(job))
        return finding.verdict
    except SENT_AGAIN as error:
        stage.clock.advance((error.retry_after.total_seconds() if error.retry_after else 60) + 1)
        return Verdict.PENDING
    job.remote_id = accepted.remote_id or job.key  # a platform that gives no id: our own key
    if accepted.pending:
        await until_decided(stage, lambda: stage.outlet.verify(job))
    return Verdict.FOUND


async def see_through(
    stage: Stage, job: MemoryJob, patience_s: float = PATIENCE_S
) -> list[Verdict]:
    """Attempt until it is there, or only a person can say; every verdict on the way."""
    verdicts = [await attempt(stage, job, patience_s)]
    while verdicts[-1] in {Verdict.PENDING, Verdict.ABSENT}:
        assert len(verdicts) < 5, verdicts
        verdicts.append(await attempt(stage, job))
    return verdicts


async def published(stage: Stage, part: Part, name: str = "first") -> MemoryJob:
    """A job whose post is public."""
    job = stage.job(part, name)
    assert await see_through(stage, job) == [Verdict.FOUND]
    return job


async def calls_of_a_delivery(channel: Channel, clock: ManualClock) -> int:
    """How many outside calls one undisturbed delivery makes."""
    async with open_stage(channel, clock) as stage:
        made = 0
        take = stage.platform.faults.take

        def counting(path: str) -> object:
            nonlocal made
            made += 1
            return take(path)

        stage.platform.faults.take = counting  # type: ignore[method-assign, assignment]
        await asyncio.wait_for(stage.outlet.deliver(stage.job(small(stage))), PATIENCE_S)
        return made


def assert_speaks(error: DeliveryError) -> None:
    assert error.words.zh
    assert error.words.en
    assert error.words.zh != error.words.en
    if error.remedy is not None:
        assert error.remedy.zh
        assert error.remedy.en
