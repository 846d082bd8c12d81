"""The outlet: one call of apprise per post, and honesty about what its answer proves."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import NotSent, Rejected
from hub.publishing.models import Part
from hub.publishing.ports import Accepted, Access, Finding, Job, Verdict
from publishers.apprise.crew import Crew, Crowded
from publishers.apprise.declaration import DECLARATION
from publishers.apprise.judging import fault_of
from publishers.apprise.services import Service, make_service
from publishers.limits import problems, refusal
from publishers.wire import Wire

__all__ = ["AppriseOutlet"]

_HOST = "{host}"
_ADDRESS = Words("核对凭据 url 的写法", "check how the credential url is written")
_BASE_URL = Words("改正账号的接口地址", "correct the account's base_url")
_TOO_LONG = {
    "title": Words("标题", "the title"),
    "text": Words("正文（按该服务的格式转换后）", "the text, in the service's format"),
    "lines": Words("行数", "the number of lines"),
}


class AppriseOutlet:
    """Implements hub.publishing.ports.Outlet. Nothing can be read back: a person settles."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.declaration = DECLARATION
        self._crew = Crew()

    async def deliver(self, job: Job) -> Accepted:
        if found := problems([job.part], self.declaration):
            error = refusal(found, self.declaration)
            raise Rejected(error.words, field=error.field, remedy=error.remedy)
        seconds = self.declaration.call_timeout.total_seconds()
        address = _address(job.access)
        service = await asyncio.to_thread(make_service, address, seconds=seconds)
        service = _checked(service, job.access, job.part)
        await job.checkpoint(job.progress)
        try:
            work = service.call(job.part.title, job.part.text)
            told = await self._crew.run(work, self.declaration.call_timeout)
        except Crowded:
            raise NotSent(
                Words("推送线程全部被占用，未发出", "every thread is busy, nothing was sent"),
                platform_code="crowded",
                remedy=Words("将自动重试", "it is tried again"),
            ) from None
        if fault := fault_of(told):
            raise fault
        statuses = [exchange.status for exchange in told.exchanges]
        return Accepted(
            remote_id=job.key, receipt={"service": service.name, "http_statuses": statuses}
        )

    async def reconcile(self, job: Job) -> Finding:
        """apprise keeps nothing and asks nobody."""
        words = Words(
            "请到该服务里查看消息是否已出现", "look in that service whether the message is there"
        )
        return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id, detail=str(words))

    async def verify(self, job: Job) -> Finding:
        return await self.reconcile(job)

    async def withdraw(self, job: Job) -> None:
        raise _cannot("撤回", "withdrawn")

    async def amend(self, job: Job) -> Accepted:
        raise _cannot("修改", "changed")

    async def close(self) -> None:
        """Nothing is held that could be closed: a thread ends by itself."""


def _address(access: Access) -> str:
    """The account's apprise address; `{host}` in it stands for the host in base_url."""
    address = access.credentials.get("url", "").strip()
    if _HOST not in address:
        return address
    base = _base(access.base_url)
    if base is None:
        raise Rejected(
            Words("接口地址无效", "the API address is invalid"),
            field="base_url",
            platform_code="no-address",
            remedy=_BASE_URL,
        )
    return address.replace(_HOST, base)


def _base(url: str) -> str | None:
    """`host[:port][/path]` of an http(s) address."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return None
    return f"{parts.netloc}{parts.path.rstrip('/')}" if known else None


def _checked(service: Service | None, access: Access, part: Part) -> Service:
    """The service, if it is the one that the account names and takes the part as it is."""
    named = str(access.settings.get("service") or "").strip().lower()
    if service is None:
        raise _wrong("不是 apprise 认识的推送地址", "is no address that apprise knows")
    if named not in service.schemas:
        raise _wrong(f"不属于账号设置的服务“{named}”", f"is not of the service '{named}'")
    if service.places > 1:
        raise _wrong(
            "指向多个接收处；请一处登记一个账号",
            "leads to several places; enter an account for each",
        )
    secure = urlsplit(access.base_url).scheme == "https"
    if _HOST in access.credentials["url"] and service.secure is not secure:
        raise Rejected(
            Words("推送地址与 base_url 的加密方式不一致", "url and base_url differ about TLS"),
            field="base_url",
            platform_code="tls",
            remedy=_BASE_URL,
        )
    if excess := service.too_long(part.title, part.text):
        what, size, limit = excess
        name = _TOO_LONG[what]
        raise Rejected(
            Words(f"{name.zh}为 {size}，上限 {limit}", f"{name.en}: {size}, at most {limit}"),
            field=what,
            platform_code="too-long",
            remedy=Words("缩短后重新送审", "shorten it and have it approved again"),
        )
    return service


def _wrong(zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"推送地址{zh}", f"the address {en}"),
        field="url",
        platform_code="address",
        remedy=_ADDRESS,
    )


def _cannot(zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"通知发出后不能{zh}", f"a notification cannot be {en}"),
        platform_code="no-such-call",
        remedy=Words("另发更正", "post a correction"),
    )
