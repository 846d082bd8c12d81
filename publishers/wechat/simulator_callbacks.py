"""The platform calling back: events as XML, in the account's mode, with its retries.

Encryption and signatures are wechatpy's, so that our own door is tested against another hand.
Sources: 接入指南, 消息加解密说明, 被动回复用户消息 (5 seconds, three more
tries with the same body).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

import aiohttp
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from publishers.simulation import broken
from publishers.wechat.simulator_state import App, MassJob, Status, Task, Undelivered

__all__ = ["cdata", "mass_event", "publish_event", "push", "sealed", "verify_address"]


def cdata(value: object) -> str:
    return "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _envelope(app: App, event: str, now: float, inner: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(app.original_id)}</ToUserName>"
        f"<FromUserName>{cdata('oV_mphelper0000000000000000')}</FromUserName>"
        f"<CreateTime>{int(now)}</CreateTime><MsgType>{cdata('event')}</MsgType>"
        f"<Event>{cdata(event)}</Event>{inner}</xml>"
    )


def publish_event(app: App, task: Task, now: float) -> str:
    """PUBLISHJOBFINISH."""
    inner = f"<publish_id>{task.publish_id}</publish_id>"
    inner += f"<publish_status>{int(task.status)}</publish_status>"
    if task.status is Status.SUCCESS:
        items = "".join(
            f"<item><idx>{index}</idx><article_url>{cdata(article['url'])}</article_url></item>"
            for index, article in enumerate(task.articles, 1)
        )
        detail = f"<count>{len(task.articles)}</count>{items}"
        inner += f"<article_id>{cdata(task.article_id)}</article_id>"
        inner += f"<article_detail>{detail}</article_detail>"
    else:
        inner += "".join(
            f"<fail_idx>{index}</fail_idx>" for index in range(1, len(task.articles) + 1)
        )
    body = f"<PublishEventInfo>{inner}</PublishEventInfo>"
    return _envelope(app, "PUBLISHJOBFINISH", now, body)


def mass_event(app: App, job: MassJob, now: float) -> str:
    """MASSSENDJOBFINISH."""
    success = job.status == "SEND_SUCCESS"
    sent = app.followers if success else 0
    urls = "".join(
        f"<item><ArticleIdx>{index}</ArticleIdx>"
        f"<ArticleUrl>{cdata(article['url'])}</ArticleUrl></item>"
        for index, article in enumerate(job.articles, 1)
    )
    inner = (
        f"<MsgID>{job.msg_id}</MsgID>"
        f"<Status>{cdata('send success' if success else 'send fail')}</Status>"
        f"<TotalCount>{app.followers}</TotalCount><FilterCount>{sent}</FilterCount>"
        f"<SentCount>{sent}</SentCount><ErrorCount>0</ErrorCount>"
        "<CopyrightCheckResult><Count>0</Count><ResultList></ResultList>"
        "<CheckState>2</CheckState></CopyrightCheckResult>"
        f"<ArticleUrlResult><Count>{len(job.articles)}</Count>"
        f"<ResultList>{urls}</ResultList></ArticleUrlResult>"
    )
    return _envelope(app, "MASSSENDJOBFINISH", now, inner)


def _signature(parts: Iterable[str]) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def sealed(app: App, message: str, now: float) -> tuple[dict[str, str], bytes]:
    """Query and body of a callback with `message` in the account's mode."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(10**9) + 1)
    query = {
        "signature": _signature((app.token, timestamp, nonce)),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": "oV_mphelper0000000000000000",
    }
    if app.callback_mode == "plain":
        return query, message.encode()
    crypto = WeChatCrypto(app.token, app.aes_key, app.appid)
    envelope = xmltodict.parse(crypto.encrypt_message(message, nonce, timestamp))["xml"]
    query |= {"encrypt_type": "aes", "msg_signature": envelope["MsgSignature"]}
    encrypted = f"<Encrypt>{cdata(envelope['Encrypt'])}</Encrypt>"
    if app.callback_mode == "compatible":
        return query, message.replace("</xml>", f"{encrypted}</xml>").encode()
    to = f"<ToUserName>{cdata(app.original_id)}</ToUserName>"
    return query, f"<xml>{to}{encrypted}</xml>".encode()


async def push(
    url: str,
    query: Mapping[str, str],
    body: bytes,
    *,
    retries: int,
    timeout_s: float,
    cut_after: float = 0.0,
) -> bytes:
    """Deliver a callback, and what it was answered; the same bytes again when nobody answers, or
    when the first connection is to break after `cut_after` seconds. Raises Undelivered."""
    limit = aiohttp.ClientTimeout(total=timeout_s)
    async with aiohttp.ClientSession(timeout=limit) as session:
        if cut_after:
            headers = {"Content-Type": "text/xml"}
            await broken(session, url, cut_after, params=query, data=body, headers=headers)
        for _ in range(1 + retries):
            try:
                async with session.post(
                    url, params=query, data=body, headers={"Content-Type": "text/xml"}
                ) as response:
                    if response.status == 200:
                        return await response.read()
            except (aiohttp.ClientError, TimeoutError, OSError):
                continue
    raise Undelivered(url)


async def verify_address(app: App, url: str, now: float, timeout_s: float = 5.0) -> bool:
    """What happens when an account saves its server settings: the address must echo."""
    timestamp, nonce, echo = str(int(now)), secrets.token_hex(5), secrets.token_hex(10)
    signature = _signature((app.token, timestamp, nonce))
    query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
    limit = aiohttp.ClientTimeout(total=timeout_s)
    async with (
        aiohttp.ClientSession(timeout=limit) as session,
        session.get(url, params=query) as response,
    ):
        return response.status == 200 and await response.text() == echo
