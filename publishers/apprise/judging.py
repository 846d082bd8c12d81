"""What a call to a service came to: taken, surely not sent, refused, or nobody can say.

apprise only says True or False. False alone is no answer: the message may be there. What the
service's own HTTP exchange showed makes more of it, but only where it was a single exchange;
with several (a log-in, a picture, a message) nobody can say which one published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from hub.kernel.errors import Words
from hub.publishing.errors import (
    Advice,
    DeliveryError,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from publishers.apprise.crew import Told
from publishers.apprise.transport import Exchange

__all__ = ["fault_of"]

_NEW_ADDRESS = Words(
    "在该服务里重新生成推送地址，再用 account connect 录入",
    "make a new address in that service, then account connect",
)
_LOOK = Words(
    "请到该服务里查看消息是否已出现，再用 delivery resolve 答复",
    "look whether the message is there, then answer with delivery resolve",
)
_DEAD = Advice(Unauthorised, Words("推送地址已失效", "the service's address is dead"), _NEW_ADDRESS)
# A 4xx says that the request was not carried out (RFC 9110, 15.5); 408 is not such an answer.
_REFUSALS: Mapping[int, Advice] = {
    401: Advice(
        Unauthorised, Words("推送地址里的凭据被拒", "the address's secret is refused"), _NEW_ADDRESS
    ),
    403: Advice(
        Unauthorised, Words("推送地址无权发布", "the address may not publish"), _NEW_ADDRESS
    ),
    404: _DEAD,
    410: _DEAD,
    413: Advice(
        Rejected,
        Words("消息过大", "the message is too large"),
        Words("缩短后重新送审", "shorten it and have it approved again"),
    ),
    429: Advice(
        Throttled,
        Words("该服务要求放慢", "the service asks to slow down"),
        Words("将自动重试", "it is tried again"),
    ),
}
_REFUSED = Advice(
    Rejected,
    Words("该服务拒绝了消息", "the service refused the message"),
    Words("核对推送地址的参数与内容", "check the address's parameters and the content"),
)
_UNDECIDED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_NOT_HERE = frozenset({301, 302, 307, 308})


def fault_of(told: Told) -> DeliveryError | None:
    """The error that a call ended in; None where the service took the message."""
    if told.taken and not any(exchange.page for exchange in told.exchanges):
        return None
    if told.ended and told.exchanges and not any(one.connected for one in told.exchanges):
        return NotSent(
            Words("连不上该服务，未发出", "no connection to the service, nothing was sent"),
            platform_code=told.exchanges[-1].fault,
            remedy=Words("检查网络与地址；将自动重试", "check network and address; it is retried"),
        )
    if told.ended and not told.taken and len(told.exchanges) == 1:
        return _answered(told.exchanges[0]) or _unknown(told)
    return _unknown(told)


def _answered(exchange: Exchange) -> DeliveryError | None:
    """The refusal in one exchange's status; None where it decides nothing."""
    status = exchange.status
    if status in _NOT_HERE:
        return Rejected(
            Words("该服务要求跳转，未跟随", "the service redirects, not followed"),
            platform_code=f"redirect (HTTP {status})",
            field="base_url",
            remedy=Words("改正服务地址", "correct the service's address"),
        )
    if not 400 <= status < 500 or status in _UNDECIDED:
        return None
    advice = _REFUSALS.get(status, _REFUSED)
    seconds = exchange.retry_after
    return advice.error(
        advice.words,
        platform_code=f"HTTP {status}",
        remedy=advice.remedy,
        retry_after=timedelta(seconds=int(seconds)) if seconds.isdecimal() else None,
    )


def _unknown(told: Told) -> Unknown:
    last = told.exchanges[-1] if told.exchanges else Exchange()
    code = told.fault or last.fault or (f"HTTP {last.status}" if last.status else "False")
    page = any(exchange.page for exchange in told.exchanges)
    return Unknown(
        Words(
            "该服务没有明确答复，消息可能已发出",
            "the service gave no decisive answer, the message may be there",
        ),
        platform_code=f"{code}, a web page" if page else code,
        remedy=_LOOK,
    )
