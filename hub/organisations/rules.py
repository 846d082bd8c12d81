"""What a body, a person and an account must be, and when an account may publish."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.codes import normalised_code, wrong_code
from hub.organisations.errors import EmptyCredential
from hub.organisations.models import Account, FilingState, NewAccount, NewBody, NewPerson

__all__ = [
    "WEB",
    "check_account",
    "check_body",
    "check_person",
    "merged_credentials",
    "parents_first",
    "unwelcome",
    "why_not_publishable",
    "why_paused",
]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")

WEB = frozenset({"http", "https"})  # the schemes of nearly every platform's address

# Unicode's categories Cc and Cs, and its embeddings, overrides and isolates (Bidi_Control without
# the plain marks).
_CONTROLS = "".join(map(chr, range(0x20)))
_UNWELCOME = "\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"

_FILING_REFUSALS: Mapping[FilingState, Words] = {
    FilingState.NOT_FILED: Words("账号未备案", "the account is not filed"),
    FilingState.SUSPENDED: Words("账号备案已暂停", "the account's filing is suspended"),
    FilingState.CLOSED: Words("账号已注销备案", "the account's filing is closed"),
}


def why_not_publishable(account: Account, now: datetime) -> Words | None:
    """Why nothing may be published on `account`, or None.

    A pause is no such reason: it ends by itself (`why_paused`).
    """
    if not account.active:
        return Words("账号已停用", "the account is not active")
    if account.filing in _FILING_REFUSALS:
        return _FILING_REFUSALS[account.filing]
    if account.needs_reconnecting:
        why = account.needs_reconnecting
        return Words(f"账号需要重新授权：{why}", f"the account needs reconnecting: {why}")
    if account.authorised_until is not None and account.authorised_until <= now:
        end = account.authorised_until.isoformat(timespec="seconds")
        return Words(f"账号授权已于 {end} 到期", f"the account's authorisation ended at {end}")
    return None


def why_paused(account: Account, now: datetime) -> Words | None:
    """Why the account waits, and until when; None when it does not."""
    if account.paused_until is None or account.paused_until <= now:
        return None
    end = account.paused_until.isoformat(timespec="seconds")
    why = account.pause_reason
    return Words(f"账号暂停至 {end}：{why}", f"the account is paused until {end}: {why}")


def check_body(body: NewBody) -> None:
    _match(_CODE, body.code, "code", "字母数字、点、横线，至多 64 个", "letters, digits, . _ -")
    _text(body.name, "name", 200)
    _text(body.region, "region", 64, required=False)
    org_code = normalised_code(body.org_code)
    if org_code and wrong_code(org_code):
        raise InvalidInput(
            Words(f"机构代码“{org_code}”校验不符", f"'{org_code}' fails its check digit"),
            field="org_code",
            remedy=Words(
                "填 9 位组织机构代码或 18 位统一社会信用代码",
                "give the 9-digit organisation code or the 18-digit unified social credit code",
            ),
        )


def check_person(person: NewPerson) -> None:
    _match(_LOGIN, person.login, "login", "小写字母数字，至多 64 个", "lower case letters, digits")
    _text(person.name, "name", 100)


def check_account(account: NewAccount, schemes: Set[str] = WEB) -> None:
    """`schemes` are those of the addresses its channel knows. Raises InvalidInput, naming the
    field."""
    _match(_CHANNEL, account.channel, "channel", "小写字母开头", "starts with a small letter")
    _text(account.name, "name", 200)
    _text(account.handle, "handle", 200)
    _text(account.region, "region", 64, required=False)
    for tag in account.tags:
        _text(tag, "tags", 64)
    _base_url(account.base_url, schemes)
    _no_empty(account.credentials)


def merged_credentials(held: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """`held` with what `given` says anew; an empty value never replaces a held one.

    Raises EmptyCredential when nothing is given, or an empty value for what is not held.
    """
    fresh = {name: value for name, value in given.items() if value.strip()}
    if not fresh:
        raise EmptyCredential(
            Words("没有给出任何凭据", "no credential was given"),
            field="credentials",
            remedy=Words("至少给出一项新凭据", "give at least one new credential"),
        )
    _no_empty({name: value for name, value in given.items() if name not in held})
    return {**held, **fresh}


def parents_first(rows: Sequence[NewBody], known: frozenset[str]) -> list[NewBody]:
    """`rows` in an order in which every parent is known or comes before its children.

    Raises InvalidInput for a parent that is nowhere and for bodies that stand in a circle.
    """
    waiting, ready, placed = list(rows), set(known), []
    codes = {row.code for row in rows}
    while waiting:
        free = [r for r in waiting if not r.parent_code or r.parent_code in ready - codes]
        if not free:
            row = waiting[0]
            raise InvalidInput(
                Words(
                    f"单位 {row.code} 的上级 {row.parent_code} 不存在或成环",
                    f"the parent {row.parent_code} of {row.code} is missing or a circle",
                ),
                field="parent_code",
                remedy=Words("先登记上级单位", "enter the parent body too"),
            )
        placed += free
        done = {row.code for row in free}
        ready |= done
        codes -= done
        waiting = [row for row in waiting if row.code not in done]
    return placed


def _no_empty(credentials: Mapping[str, str]) -> None:
    for name, value in credentials.items():
        if not value.strip():
            raise EmptyCredential(
                Words(f"凭据 {name} 为空", f"credential {name} is empty"),
                field=f"credentials.{name}",
                remedy=Words("填写或去掉该项", "fill it in or leave it out"),
            )


def _base_url(url: str, schemes: Set[str]) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        good = good and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        good = False
    if not good or len(url) > 500:
        known = "、".join(f"{scheme}://" for scheme in sorted(schemes))
        raise InvalidInput(
            Words("平台接口地址不合法", "the platform's address is no plain URL of its kind"),
            field="base_url",
            remedy=Words(
                f"以 {known} 开头，后接主机与端口，不含用户名和参数",
                f"begin with {known.replace('、', ' or ')}, then host and port, no user, no query",
            ),
        )


def _match(pattern: re.Pattern[str], value: str, field: str, zh: str, en: str) -> None:
    if not pattern.fullmatch(value):
        raise InvalidInput(
            Words(f"“{value[:80]}”不合要求", f"'{value[:80]}' is not allowed"),
            field=field,
            remedy=Words(zh, en),
        )


def unwelcome(text: str, allowed: str = "") -> str:
    """The first character that nobody could see or store, or '' when there is none.

    Control characters but those `allowed`, lone surrogates, and the marks that turn the direction
    of text around, with which a text can read otherwise than it is.
    """
    found = _unwelcome(allowed).search(text)
    return found[0] if found else ""


@cache
def _unwelcome(allowed: str) -> re.Pattern[str]:
    controls = "".join(char for char in _CONTROLS if char not in allowed)
    return re.compile(f"[{re.escape(controls)}{_UNWELCOME}]")


def _text(value: str, field: str, longest: int, *, required: bool = True) -> None:
    if (required and not value.strip()) or len(value) > longest or unwelcome(value):
        raise InvalidInput(
            Words(f"须为 1 至 {longest} 个可见字符", f"1 to {longest} printable characters"),
            field=field,
            remedy=Words("改短或去掉控制字符", "shorten it, remove control characters"),
        )
