"""The checks: one small function each, found in one table. Each gets the facts and its subject and
says what is wrong with it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hub.catalogue.models import Standing
from hub.catalogue.validity.rules import standing
from hub.kernel.clock import CHINA
from hub.kernel.errors import GongkaiError, Words
from hub.organisations.models import Account
from hub.organisations.rules import why_not_publishable
from hub.publishing.models import Capability, Plan, Priority
from hub.publishing.preflight.facts import Facts, Text, links_of
from hub.publishing.preflight.models import About, Concern, Problem, Severity, Tally, Target
from hub.publishing.restraint.models import keys_over

__all__ = ["CHECKS", "Check", "look"]

_LATE = timedelta(hours=1)  # from then on what should have been uploaded is worth a word

_RECONNECT = Words("重新授权：gongkai account connect", "reconnect: gongkai account connect")
_RESUBMIT = Words("重新送审并完成三审", "submit it for review again and have it signed")


@dataclass(frozen=True, slots=True)
class Check:
    """`about` decides what `look` is given: the Plan, a Text, an Account or a Target."""

    name: str
    about: About
    words: Words
    look: Callable[[Facts, Any], Concern | None]


def look(facts: Facts) -> tuple[Tally, tuple[Problem, ...]]:
    """Run every check over everything it is about."""
    tally: dict[str, tuple[int, int, int]] = {}
    problems: list[Problem] = []
    for check in CHECKS:
        counts: Counter[Severity] = Counter()
        for place, subject in _SUBJECTS[check.about](facts):
            concern = check.look(facts, subject)
            counts[concern.severity if concern else Severity.OK] += 1
            if concern is not None:
                problems.append(place.problem(check, concern))
        ok, warning, blocking = (counts[severity] for severity in Severity)
        tally[check.name] = (ok, warning, blocking)
    return tally, tuple(problems)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a problem is: the subject's id, channel, and name for people."""

    id: str
    channel: str
    label: str

    def problem(self, check: Check, concern: Concern) -> Problem:
        return Problem(
            name=check.name,
            subject=self.id,
            severity=concern.severity,
            channel=self.channel,
            label=self.label,
            words=concern.words,
            remedy=concern.remedy,
        )


def _plans(facts: Facts) -> Iterator[tuple[_Place, Plan]]:
    yield _Place(facts.plan.id, "", facts.item.title), facts.plan


def _texts(facts: Facts) -> Iterator[tuple[_Place, Text]]:
    for text in facts.texts.values():
        yield _Place(text.edition.id, text.edition.channel, text.edition.name), text


def _accounts(facts: Facts) -> Iterator[tuple[_Place, Account]]:
    for account in facts.accounts.values():
        yield _Place(account.id, account.channel, account.name), account


def _targets(facts: Facts) -> Iterator[tuple[_Place, Target]]:
    for target in facts.targets:
        account = facts.account_of(target)
        yield _Place(target.delivery_id, account.channel, account.name), target


_SUBJECTS: dict[About, Callable[[Facts], Iterable[tuple[_Place, Any]]]] = {
    About.PLAN: _plans,
    About.EDITION: _texts,
    About.ACCOUNT: _accounts,
    About.DELIVERY: _targets,
}


def _stop(words: Words, remedy: Words) -> Concern:
    return Concern(Severity.BLOCKING, words, remedy)


def _warn(words: Words, remedy: Words) -> Concern:
    return Concern(Severity.WARNING, words, remedy)


def _valid(facts: Facts, plan: Plan) -> Concern | None:
    """A notice that is no longer valid when it goes out misleads people."""
    item, day = facts.item, plan.due_at.astimezone(CHINA).date()
    if standing(item, day) in (Standing.IN_FORCE, Standing.AMENDED, Standing.NOT_YET):
        return None
    return _warn(
        Words("信息届时已失效或废止", "the item is no longer valid when it goes out"),
        Words("取消计划，或更正有效性", "cancel the plan, or correct the item's validity"),
    )


def _approval(facts: Facts, text: Text) -> Concern | None:
    """Three signatures on exactly these bytes of the current version."""
    refusal = facts.unsigned.get(text.edition.id)
    return None if refusal is None else _stop(refusal.words, refusal.remedy or _RESUBMIT)


def _limits(facts: Facts, text: Text) -> Concern | None:
    """The declaration may have changed since the edition was rendered."""
    broken = facts.refusals.get(text.edition.id)
    if not broken:
        return None
    words, remedy = broken[0]
    return _stop(words, remedy)


def _media(facts: Facts, text: Text) -> Concern | None:
    refs = {ref.sha256 for part in text.parts for ref in part.media}
    missing = sorted(refs - set(facts.stored))
    if not missing:
        return None
    return _stop(
        Words(f"{len(missing)} 张图片不在素材库", f"{len(missing)} pictures are not stored"),
        Words("重新上传图片并送审", "upload the pictures again and submit for review"),
    )


def _links(facts: Facts, text: Text) -> Concern | None:
    """The item's own page may appear at the same moment as the post that names it."""
    own = {part.link for part in text.parts if part.link}
    appears = facts.page_at is not None and facts.now < facts.page_at <= facts.plan.due_at
    for url in links_of([text]):
        answer = facts.links.get(url)
        if answer is None or answer.good or (url in own and appears):
            continue
        if answer.moved_to:
            said = Words(f"跳转到 {answer.moved_to}", f"leads to {answer.moved_to}")
        elif answer.status:
            said = Words(f"返回 {answer.status}", f"answers {answer.status}")
        else:
            said = Words(f"没有应答（{answer.error}）", f"does not answer ({answer.error})")
        return _warn(
            Words(f"链接 {url} {said.zh}", f"the link {url} {said.en}"),
            Words(
                "恢复该页面；链接在签审稿内，改动须重新送审",
                "bring the page back; the link is signed, so a change needs a new review",
            ),
        )
    return None


def _account(facts: Facts, account: Account) -> Concern | None:
    """Active and on file (备案); what a new connection mends has checks of its own."""
    connected = replace(account, needs_reconnecting="", authorised_until=None)
    why = why_not_publishable(connected, facts.plan.due_at)
    if why is None:
        return None
    remedy = Words(
        "恢复账号或备案，或不选此账号", "restore the account or its filing, or leave it out"
    )
    return _stop(why, remedy)


def _reconnect(facts: Facts, account: Account) -> Concern | None:
    why = account.needs_reconnecting
    if not why:
        return None
    return _stop(Words(f"授权已失效：{why}", f"it needs reconnecting: {why}"), _RECONNECT)


def _authorisation(facts: Facts, account: Account) -> Concern | None:
    """Good when it is due, not only now; and until the last moment at which it may go out."""
    end = account.authorised_until
    if end is None or end > facts.plan.not_after:
        return None
    told = Words(f"授权将于 {_local(end)} 到期", f"its authorisation ends at {_local(end)}")
    return (_stop if end <= facts.plan.due_at else _warn)(told, _RECONNECT)


def _paused(facts: Facts, account: Account) -> Concern | None:
    end = account.paused_until
    if end is None or end <= facts.plan.due_at:
        return None
    told = Words(f"账号暂停至 {_local(end)}", f"it is paused until {_local(end)}")
    remedy = Words("提前恢复：gongkai account resume", "let it go on: gongkai account resume")
    return (_stop if end > facts.plan.not_after else _warn)(told, remedy)


def _credentials(facts: Facts, account: Account) -> Concern | None:
    """They can be opened, and none is missing that the channel cannot do without."""
    try:
        held = facts.keyring.credentials(account)
    except GongkaiError as error:
        return _stop(error.words, error.remedy or _RECONNECT)
    missing = [name for name in facts.required.get(account.channel, ()) if not held.get(name)]
    if not missing:
        return None
    names = ", ".join(missing)
    return _stop(Words(f"缺少凭据：{names}", f"credentials are missing: {names}"), _RECONNECT)


def _quota(facts: Facts, account: Account) -> Concern | None:
    """What is planned in the period, this plan included, fits into what the platform allows."""
    for use in facts.quotas.get(account.id, ()):
        if use.used > use.count:
            period = Words("当月" if use.period == "month" else "当日", f"that {use.period}")
            return _stop(
                Words(
                    f"{period.zh}额度 {use.count} 次，已排 {use.used} 次",
                    f"{use.count} posts are allowed {period.en}, {use.used} are planned",
                ),
                Words("改期，或取消已排的一条", "choose another day, or cancel one planned"),
            )
    return None


def _blackout(facts: Facts, account: Account) -> Concern | None:
    """A blackout that was declared after the plan was made holds it back."""
    due_at = facts.plan.due_at
    why = facts.blackouts.why(account, due_at)
    if why is None or facts.plan.priority >= Priority.EMERGENCY:
        return None
    too_late = facts.blackouts.next_possible(account, due_at) > facts.plan.not_after
    remedy = Words("改期，或解除静默期", "choose another time, or lift the blackout")
    return (_stop if too_late else _warn)(why, remedy)


def _breaker(facts: Facts, account: Account) -> Concern | None:
    """Who keeps failing now is left alone and probed; it may be well again when it is due."""
    for key in keys_over(account):
        found = facts.breakers.get(key)
        if found is not None:
            return _warn(
                Words(
                    f"连续失败，暂停调用：{found.words.zh}（{found.cause}）",
                    f"it keeps failing: {found.words.en} ({found.cause})",
                ),
                Words(
                    "查看 gongkai account show，排除原因",
                    "see gongkai account show, mend the cause",
                ),
            )
    return None


def _uploaded(facts: Facts, target: Target) -> Concern | None:
    """Where media can be uploaded ahead it is done long before; late, it delays the post."""
    text = facts.texts.get(target.edition_id)
    if text is None or target.prepared or facts.left > _LATE:
        return None
    ahead = facts.declarations[text.edition.channel].can(Capability.PREPARE)
    if not ahead or not any(part.media for part in text.parts):
        return None
    return _warn(
        Words("图片尚未提前上传，发布时上传会稍有延迟", "its pictures are not uploaded ahead yet"),
        Words("检查账号连接；届时会自动上传", "check the connection; sending uploads them anyway"),
    )


def _local(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


CHECKS: tuple[Check, ...] = (
    Check("validity", About.PLAN, Words("信息有效性", "the item is valid"), _valid),
    Check("approval", About.EDITION, Words("签审", "signatures on these bytes"), _approval),
    Check("limits", About.EDITION, Words("渠道限制", "the channel's limits"), _limits),
    Check("media", About.EDITION, Words("素材齐备", "pictures are stored"), _media),
    Check("links", About.EDITION, Words("链接可达", "links answer"), _links),
    Check("account", About.ACCOUNT, Words("账号与备案", "account and filing"), _account),
    Check("reconnect", About.ACCOUNT, Words("账号连接", "the account is connected"), _reconnect),
    Check(
        "authorisation",
        About.ACCOUNT,
        Words("届时授权有效", "authorised when due"),
        _authorisation,
    ),
    Check("paused", About.ACCOUNT, Words("账号未暂停", "not paused when due"), _paused),
    Check("credentials", About.ACCOUNT, Words("凭据可用", "credentials open"), _credentials),
    Check("blackout", About.ACCOUNT, Words("静默期", "no blackout when due"), _blackout),
    Check("breaker", About.ACCOUNT, Words("平台可用", "not failing just now"), _breaker),
    Check("quota", About.ACCOUNT, Words("额度", "quota left"), _quota),
    Check("uploaded", About.DELIVERY, Words("素材已上传", "media uploaded ahead"), _uploaded),
)
