"""The outlet: the same bytes as often as needed within the platform's memory, and never after it.

Before the call the request and its moment are saved. Within `key_window` of the first call that
has no decisive answer, the repeat itself is the proof: a message that is there is not delivered
again. Later only a person can say, and what a person says starts anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Busy, DeliveryError, Rejected, Unknown
from hub.publishing.ports import ABSENT_AT, Accepted, Access, Finding, Job, Verdict
from publishers.messages import read_picture, refuse_unfit
from publishers.wecom.client import WeComClient
from publishers.wecom.codes import NO_SUCH_MEDIA
from publishers.wecom.declaration import DECLARATION, RULES
from publishers.wecom.message import request_of
from publishers.wire import Wire

__all__ = ["WeComOutlet"]

# progress: the frozen request; when it was first sent without a decisive answer; the code with
# which a repeat of it was refused; the picture
_REQUEST, _SENT_AT, _REFUSED = "request", "sent_at", "refused"
_MEDIA, _UPLOADED_AT = "media_id", "uploaded_at"
_WINDOW = DECLARATION.key_window or timedelta()
# The engine takes its time between the verdict and the repeat.
_MARGIN = timedelta(minutes=10)
_MEDIA_LIVES = timedelta(days=3) - timedelta(hours=1)
_NOT_REACHED = {
    "invaliduser": Words("成员", "users"),
    "invalidparty": Words("部门", "departments"),
    "invalidtag": Words("标签", "tags"),
    "unlicenseduser": Words("未授权成员", "users without a licence"),
}


class WeComOutlet:
    """hub.publishing.ports.Outlet and Preparing for applications of WeCom."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.declaration = DECLARATION
        self._clock = clock
        self._client = WeComClient(wire, clock, DECLARATION.call_timeout)

    async def deliver(self, job: Job) -> Accepted:
        refuse_unfit(job.part, RULES(job.part.extra))
        now = self._clock.now()
        first = _first_call(job, now)
        if first is not None and now - first >= _WINDOW:
            raise _too_late()
        if first is None:
            await self._begin(job)
        else:
            await job.checkpoint(job.progress)  # is the lease still ours?
        try:
            return _accepted(await self._client.send(job.access, job.progress[_REQUEST]))
        except Unknown:
            raise
        except DeliveryError as error:
            raise await self._refused(job, error, earlier=first is not None) from None

    async def prepare(self, job: Job) -> Mapping[str, Any]:
        """`Preparing`: the picture, if the part is one."""
        return {**job.progress, **await self._uploaded(job)}

    async def reconcile(self, job: Job) -> Finding:
        now = self._clock.now()
        first = _first_call(job, now)
        if first is None:  # the moment is saved before the call: nothing was ever sent
            return Finding(verdict=Verdict.ABSENT)
        in_time = now - first < _WINDOW - _MARGIN
        if in_time and _REFUSED not in job.progress:
            detail = str(Words("重发由平台去重", "a repeat is delivered once"))
            return Finding(verdict=Verdict.ABSENT, detail=detail)
        return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id, detail=str(_LOOK))

    async def verify(self, job: Job) -> Finding:
        """An application cannot read what it has sent."""
        return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id, detail=str(_LOOK))

    async def withdraw(self, job: Job) -> None:
        try:
            await self._client.recall(job.access, job.remote_id)
        except Rejected as error:
            raise Rejected(
                error.words,
                platform_code=error.platform_code,
                platform_message=error.platform_message,
                remedy=Words(
                    "只能撤回 24 小时内的消息；请另发更正",
                    "messages can be recalled for 24 hours; post a correction",
                ),
            ) from None

    async def amend(self, job: Job) -> Accepted:
        raise Rejected(
            Words("应用消息不能修改", "an application's message cannot be changed"),
            remedy=Words("撤回后重新发布，或另发更正", "recall and publish again, or correct"),
        )

    async def reach(self, access: Access) -> str:
        """`Reaching`: WeCom gives a token to an application that it knows."""
        await self._client.authorise(access)
        return ""

    async def close(self) -> None:
        """Nothing is held: the wire is its owner's."""

    async def _begin(self, job: Job) -> None:
        """Freeze the request and save the moment, before anything is sent."""
        media = await self._uploaded(job)
        kept = {name: value for name, value in job.progress.items() if name != _REFUSED}
        begun = {
            _REQUEST: request_of(job.access, job.part, job.key, media.get(_MEDIA, "")),
            _SENT_AT: self._clock.now().isoformat(),
        }
        await job.checkpoint({**kept, **media, **begun})

    async def _uploaded(self, job: Job) -> Mapping[str, Any]:
        """The progress that names the picture; empty where the part has none."""
        if not job.part.media:
            return {}
        at = job.progress.get(_UPLOADED_AT)
        if at and self._clock.now() - datetime.fromisoformat(at) < _MEDIA_LIVES:
            return {_MEDIA: job.progress[_MEDIA], _UPLOADED_AT: at}
        (ref,) = job.part.media
        picture = await read_picture(job, ref)
        now = self._clock.now()
        media_id = await self._client.upload(job.access, picture, ref.media_type)
        return {_MEDIA: media_id, _UPLOADED_AT: now.isoformat()}

    async def _refused(self, job: Job, error: DeliveryError, *, earlier: bool) -> DeliveryError:
        """A decisive refusal: this call did nothing, so the next may be made at any time and with
        other bytes; unless an earlier one is still unknown, which a refusal does not settle."""
        if earlier and isinstance(error, Rejected):
            await job.checkpoint({**job.progress, _REFUSED: error.platform_code})
            return _unsettled(error)
        if earlier:
            return error
        forgotten = {_REQUEST, _SENT_AT}
        if error.platform_code == NO_SUCH_MEDIA:
            forgotten |= {_MEDIA, _UPLOADED_AT}
        kept = {name: value for name, value in job.progress.items() if name not in forgotten}
        await job.checkpoint(kept)
        return _expired_picture(error) if error.platform_code == NO_SUCH_MEDIA else error


def _first_call(job: Job, now: datetime) -> datetime | None:
    """When the first call began whose outcome nobody knows; None when there is no such call, or
    a person has said that it came to nothing. As long as a repeat is harmless, it is made all the
    same: it is surer than a person's eyes."""
    sent_at, absent_at = job.progress.get(_SENT_AT), job.progress.get(ABSENT_AT)
    if not sent_at:
        return None
    sent = datetime.fromisoformat(sent_at)
    told = absent_at is not None and datetime.fromisoformat(absent_at) >= sent
    return None if told and (now - sent >= _WINDOW or _REFUSED in job.progress) else sent


def _accepted(result: Mapping[str, Any]) -> Accepted:
    """The receipt names whom the message did not reach: the platform calls that success, too."""
    receipt: dict[str, Any] = {"msgid": str(result.get("msgid") or "")}
    zh, en = list[str](), list[str]()
    for member, words in _NOT_REACHED.items():
        if names := [name for name in str(result.get(member) or "").split("|") if name]:
            receipt[member] = names
            zh.append(f"{words.zh} {', '.join(names)}")
            en.append(f"{words.en} {', '.join(names)}")
    if zh:
        receipt["note"] = {"zh": f"未送达：{'；'.join(zh)}", "en": f"not reached: {'; '.join(en)}"}
    return Accepted(remote_id=receipt["msgid"], receipt=receipt)


def _too_late() -> Unknown:
    return Unknown(
        Words("首次发送已超过平台的去重时间", "the first call is beyond the platform's memory"),
        platform_code="key-window",
        remedy=_LOOK,
    )


def _unsettled(error: Rejected) -> Unknown:
    """The repeat was refused for good, yet the first call may have been carried out."""
    return Unknown(
        error.words,
        platform_code=error.platform_code,
        platform_message=error.platform_message,
        remedy=error.remedy,
    )


def _expired_picture(error: DeliveryError) -> Busy:
    return Busy(
        error.words,
        platform_code=error.platform_code,
        platform_message=error.platform_message,
        remedy=Words("将重新上传后发送", "it is uploaded again and sent"),
    )


_LOOK = Words(
    "请接收人按消息末尾的编号查看是否已收到",
    "ask a recipient whether the message with the number at its end is there",
)
