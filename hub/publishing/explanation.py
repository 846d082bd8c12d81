"""Where a delivery is, why, and what happens next: words for people, from the row alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.kernel.clock import CHINA
from hub.kernel.errors import Words
from hub.organisations.models import Account
from hub.publishing.models import Attempt, Delivery, DeliveryState

__all__ = ["REASONS", "explain", "local_time"]

_S = DeliveryState
_STALE = timedelta(seconds=60)

# What a `reason` in the ledger means, and the person's next step where one is needed.
REASONS: Mapping[str, Words] = {
    "outage": Words(
        "停机期间到期，等待放行：gongkai delivery release --reason …",
        "fell due in an outage, waits for: gongkai delivery release --reason …",
    ),
    "person": Words(
        "平台无法查询，请到账号查看后核实结果（命令行 delivery resolve）",
        "the platform cannot be asked; look at the account and settle it (delivery resolve)",
    ),
    "previous-part": Words("等待同一串的上一条发出", "waits for the thread's previous part"),
    "reconnect": Words(
        "账号授权失效，需重新授权：gongkai account connect",
        "the account's authorisation is dead: gongkai account connect",
    ),
    "reconnect-to-check": Words(
        "账号需重新授权后才能核对", "the account must be connected again before it can be checked"
    ),
    "account": Words(
        "账号未备案或已停用，恢复后自动继续",
        "the account is not on file, or closed; goes on when it is again",
    ),
    "credentials": Words(
        "账号凭据无法解密，请检查密钥文件或重新登记：gongkai account connect",
        "the account's credentials cannot be opened: check the keys, or gongkai account connect",
    ),
    "account-paused": Words("账号暂停中", "the account is paused"),
    "throttled": Words("平台限流，按要求等待", "the platform asked to wait"),
    "breaker-open": Words(
        "平台或账号连续失败，暂缓发送，定时试探，恢复后自动继续",
        "the platform or account keeps failing; it is tried now and then, and goes on by itself",
    ),
    "ring": Words("等待前一批核实后放行", "waits until the ring before it is checked"),
    "ring-stopped": Words(
        "前面一批失败过多，已停止，等待人工放行：gongkai plan resume",
        "too many failures in a ring before it, waits for: gongkai plan resume",
    ),
    "limits-away": Words("Redis 没有应答，暂不发送", "Redis does not answer, nothing is sent"),
    "quota-exhausted": Words(
        "本周期额度已排满（gongkai account quota 查看占用者），等下一周期",
        "no quota is left (gongkai account quota shows who has it), waits for the next period",
    ),
    "blackout": Words("静默期，结束后自动继续", "a blackout; it goes on by itself when that ends"),
    "displaced": Words("让位于应急发布", "gave way to an emergency"),
    "stepped-back": Words(
        "让位于同一账号的应急发布，其后立即继续",
        "gave way to an emergency of its account; goes on right after it",
    ),
    "busy": Words("平台繁忙，稍后自动重试", "the platform is busy, tried again later"),
    "not-sent": Words("未连上平台，稍后自动重试", "no connection, tried again later"),
    "no-answer": Words("没有等到平台答复，正在核对", "no answer came, the platform is being asked"),
    "crash": Words("进程中断时正在发送，正在核对", "was being sent when a process died; checking"),
    "platform-review": Words("平台审核中", "under the platform's review"),
    "differs": Words(
        "公开内容与签审稿不一致，请核查", "what is public differs from what was signed"
    ),
    "truncated": Words(
        "公开内容只有签审稿的一部分，请核查", "only a part of what was signed is public"
    ),
    "gone": Words(
        "平台上已不存在：被删除、屏蔽或未过审，请核查",
        "gone from the platform: deleted, blocked, or refused by its review",
    ),
    "proved-absent": Words("已证实未发出，将重新发送", "proved absent, it is sent again"),
    "original-unsettled": Words(
        "原帖结果未定，确定后自动继续", "goes on when it is known what became of the first post"
    ),
    "signatures": Words(
        "说明稿待三审签署：gongkai review list", "the notice waits for signatures: review list"
    ),
    "by-hand": Words(
        "须由人到平台处理，完成后 gongkai delivery done",
        "a person has to act there, then: gongkai delivery done",
    ),
    "recalled": Words("信息已撤稿，不再发送", "the item was recalled, this is not sent"),
    "nothing-public": Words("平台上没有可处理的内容", "there is nothing public to act on"),
    "still-public": Words("平台仍显示该内容", "the platform still shows it"),
    "too-late": Words("超过最晚发布时间", "past its latest time"),
}


@dataclass(frozen=True, slots=True)
class _View:
    delivery: Delivery
    account: Account
    attempts: Sequence[Attempt]
    stale: bool
    ring: Words | None = None


Sentence = Callable[[_View], Words]


def explain(
    delivery: Delivery,
    account: Account,
    attempts: Sequence[Attempt],
    last_beat: datetime | None,
    now: datetime,
    ring: Words | None = None,
) -> tuple[Words, Words, Words]:
    """(where, why, next). `last_beat` is when the scheduler was last seen; `ring` says for which
    ring of its plan the delivery waits."""
    stale = last_beat is None or now - last_beat > _STALE
    view = _View(delivery, account, attempts, stale, ring)
    where, following = _SENTENCES[delivery.state]
    return where(view), _why(view), following(view)


def _why(view: _View) -> Words:
    delivery = view.delivery
    if view.ring is not None:
        return view.ring
    if delivery.error_zh:
        return Words(delivery.error_zh, delivery.error_en)
    if delivery.reason in REASONS:
        return REASONS[delivery.reason]
    if view.attempts:
        last = view.attempts[-1]
        said = last.outcome or "—"
        return Words(
            f"第 {last.no} 次投递：{said} {last.platform_code}".strip(),
            f"attempt {last.no}: {said} {last.platform_code}".strip(),
        )
    return Words(
        f"计划于 {local_time(delivery.due_at)}", f"planned for {local_time(delivery.due_at)}"
    )


def local_time(at: datetime | None) -> str:
    """A moment as people in China read it, to the second."""
    return "—" if at is None else at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _fixed(zh: str, en: str) -> Sentence:
    words = Words(zh, en)
    return lambda view: words


def _by_worker(zh: str, en: str) -> Sentence:
    """A step the scheduler takes; says so when the scheduler is not running."""

    def sentence(view: _View) -> Words:
        if view.stale:
            return Words(
                f"{zh}；但调度进程没有心跳，请运行 gongkai run",
                f"{en}; but the scheduler gives no sign of life: start gongkai run",
            )
        return Words(zh, en)

    return sentence


def _at(zh: str, en: str, field: str) -> Sentence:
    def sentence(view: _View) -> Words:
        at = getattr(view.delivery, field)
        if at is None:
            return REASONS.get(view.delivery.reason, Words("等待人工处理", "waits for a person"))
        told = _by_worker(f"{local_time(at)} {zh}", f"at {local_time(at)} {en}")
        return told(view)

    return sentence


def _read_back(view: _View) -> Words:
    """An accepted post is read back; where its platform shows nothing to us, it is done."""
    if view.delivery.next_at is None and not view.delivery.reason:
        return Words("已完成；该平台不能回读", "done; this platform cannot be read back")
    return _at("回读核验", "it is read back", "next_at")(view)


def _receipt(zh: str, en: str) -> Sentence:
    def sentence(view: _View) -> Words:
        place = view.delivery.remote_url or view.delivery.remote_id
        note = view.delivery.receipt.get("note") or {"zh": "", "en": ""}
        zh_more, en_more = (f"（{note['zh']}）", f" ({note['en']})") if note["zh"] else ("", "")
        return Words(f"{zh} {place}{zh_more}", f"{en} {place}{en_more}")

    return sentence


_SENTENCES: Mapping[DeliveryState, tuple[Sentence, Sentence]] = {
    _S.PLANNED: (_fixed("已排期", "planned"), _at("自动发送", "it is sent", "due_at")),
    _S.READY: (
        _fixed("已到期，排队中", "due, in the queue"),
        _by_worker("即将发送", "is sent next"),
    ),
    _S.CLAIMED: (
        _fixed("已领取", "claimed by a worker"),
        _by_worker("马上发送", "is sent at once"),
    ),
    _S.SENDING: (
        _fixed("正在发送", "being sent"),
        _at("前若无结果，将转为核对", "without an answer it will be checked", "next_at"),
    ),
    _S.ACCEPTED: (
        _receipt("平台已接收", "accepted by the platform"),
        _read_back,
    ),
    _S.VERIFIED: (_receipt("已发布并核验", "published and read back"), _fixed("已完成", "done")),
    _S.BLOCKED: (_fixed("等待中", "waiting"), _at("自动继续", "it goes on", "next_at")),
    _S.UNKNOWN: (
        _fixed("结果未知，不会盲目重发", "outcome unknown, never blindly repeated"),
        _at("向平台核对", "the platform is asked", "next_at"),
    ),
    _S.FAILED: (
        _fixed("失败", "failed"),
        _fixed("改正后用 delivery retry 重发", "mend the cause, then use delivery retry"),
    ),
    _S.EXPIRED: (
        _fixed("已过期，未发送", "expired, not sent"),
        _fixed("如仍需发送，用 delivery retry", "if it is still wanted, use delivery retry"),
    ),
    _S.CANCELLED: (_fixed("已取消", "cancelled"), _fixed("不会发送", "it will not be sent")),
    _S.RECALLED: (_fixed("已撤回", "recalled"), _fixed("已完成", "done")),
}
