"""The servers in this environment: the hub's inbox with everything behind it, and a bare handler.

    python -m benchmarks.callbacks.ours hub|asked|bare PORT FOLDER

The hub keeps, deduplicates and answers, `hub` with the menu, `asked` by the engine over what is in
FOLDER; SIGTERM ends it, and it then says as JSON how often each message was answered. The bare one
is an aiohttp handler with the same decryption and the same sealed reply that remembers nothing.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from aiohttp import web

from app.bots import open_answerer
from app.compose import Hub, open_hub
from app.conversing import MenuOnly, open_conversing
from app.inbox import callback_routes
from app.logs import configure_logging
from app.settings import LogLevel, Settings
from app.tuning import settle_garbage
from benchmarks.callbacks.load import AES_KEY, APPID, TOKEN
from hub.conversation.models import Answer, Arrival, Inbound
from hub.conversation.ports import Answerer
from hub.organisations.models import Account, BodyKind, NewAccount, NewBody, Selection
from publishers.wechat.inbox import open_inbox

__all__ = ["main", "serve_hub"]

_CREDENTIALS = {"appid": APPID, "secret": "s" * 32, "token": TOKEN, "aes_key": AES_KEY}


class Counting:
    """An answerer that counts how often each message was answered."""

    def __init__(self, inner: Answerer) -> None:
        self.inner = inner
        self.times: Counter[str] = Counter()

    async def answer(self, inbound: Inbound) -> Answer:
        self.times[inbound.external_key] += 1
        return await self.inner.answer(inbound)


async def _listening(stack: AsyncExitStack, application: web.Application, port: int) -> None:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()


async def _until_told() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    settle_garbage()
    print("ready", flush=True)
    await told.wait()


Answering = Callable[[Hub], AbstractAsyncContextManager[Answerer]]


async def serve_hub(
    port: int, folder: Path, answerer: Answerer | None = None, answering: Answering | None = None
) -> None:
    """The inbox of one WeChat account over a hub in `folder`; any answerer can be measured, also
    one that `answering` opens over the hub."""
    settings = Settings(
        home=folder,
        site_url="https://www.example.gov.cn",
        log_level=LogLevel.ERROR,
        conversation_per_minute=1000,
    )
    configure_logging(settings.log_level, settings.log_format)
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(settings))
        if answering is not None:
            answerer = await stack.enter_async_context(answering(hub))
        counting = Counting(answerer or MenuOnly(settings.site_url))
        account = await _account(hub)
        conversing = await stack.enter_async_context(open_conversing(hub, answerer=counting))
        application = web.Application()
        application.add_routes(callback_routes(hub, conversing.conversations))
        await _listening(stack, application, port)
        settle_garbage()  # as `gongkai run` does
        (folder / "account").write_text(account.id, "ascii")
        await _until_told()
        await conversing.conversations.quiet()
        kept = {m.inbound.external_key for m in await _everything(conversing)}
    told = {"kept": sorted(kept), "double": sum(n > 1 for n in counting.times.values())}
    (folder / "told.json").write_text(json.dumps(told), "ascii")


async def _account(hub: Hub) -> Account:
    """The account, which an earlier run in the same folder has made."""
    known = await hub.organisations.accounts(Selection(channels=("wechat",)))
    if known:
        return known[0]
    body = NewBody(code="bench", name="四川省人民政府", kind=BodyKind.PROVINCE)
    await hub.organisations.import_bodies([body], actor="bench")
    new = NewAccount(
        channel="wechat",
        name="四川发布",
        handle=APPID,
        body_code="bench",
        base_url="https://api.weixin.qq.com",
        settings={"callback_mode": "secure"},
        credentials=_CREDENTIALS,
    )
    return await hub.organisations.add_account(new, actor="bench")


async def _everything(conversing: object) -> list[object]:
    return await conversing.records.messages(limit=10_000_000)  # type: ignore[attr-defined]


async def serve_bare(port: int) -> None:
    """The least a handler can do: check, decrypt, parse, and seal the same answer."""
    door = open_inbox(_CREDENTIALS, {"callback_mode": "secure"})
    menu = MenuOnly("https://www.example.gov.cn")

    async def receive(request: web.Request) -> web.Response:
        now = datetime.now(UTC)
        arrival = door.parse(request.query, await request.read(), now)
        assert isinstance(arrival, Arrival)
        answer = await menu.answer(_asked(arrival, now))
        said = door.respond(arrival, answer, now)
        return web.Response(body=said.body, content_type=said.content_type)

    async with AsyncExitStack() as stack:
        application = web.Application()
        application.router.add_post("/", receive)
        await _listening(stack, application, port)
        await _until_told()


def _asked(arrival: Arrival, now: datetime) -> Inbound:
    return Inbound(
        id="",
        channel="wechat",
        account="",
        external_key=arrival.external_key,
        sender=arrival.address,
        kind=arrival.kind,
        received_at=now,
        text=arrival.text,
    )


def main() -> None:
    which, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if which == "bare":
        uvloop.run(serve_bare(port))
    else:
        uvloop.run(serve_hub(port, folder, answering=open_answerer if which == "asked" else None))


if __name__ == "__main__":
    main()
