"""What a key may be used for, at most: the owner's roles still decide what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from hub.kernel.errors import InvalidInput, Words

__all__ = ["ALL_SCOPES", "SCOPES", "USUAL_SCOPES", "Scope", "scopes_of"]


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    REVIEW = "review"
    PUBLISH = "publish"
    DESK = "desk"
    OPINION = "opinion"
    AUDIT = "audit"
    ADMIN = "admin"
    GRAVE = "grave"


SCOPES: Mapping[Scope, Words] = {
    Scope.READ: Words("查看信息、投递、日历、账号", "read items, deliveries, calendar, accounts"),
    Scope.WRITE: Words("录入、修改、认定、送审", "enter, edit, determine, submit"),
    Scope.REVIEW: Words("签署、退文", "sign and return"),
    Scope.PUBLISH: Words("排期、投递、撤稿", "plan, operate deliveries, recall"),
    Scope.DESK: Words("人工坐席的对话", "conversations at the desk"),
    Scope.OPINION: Words("舆情：查看与研判", "public opinion: read and judge"),
    Scope.AUDIT: Words("查阅审计日志", "read the audit log"),
    Scope.ADMIN: Words(
        "账号、单位、人员、词表、推送等设置", "accounts, bodies, people, word lists, webhooks"
    ),
    Scope.GRAVE: Words(
        "与上述权限一起：控制台要求再次验证的操作（应急、撤稿、凭据、角色、密钥）",
        "with those above: what the console asks a fresh proof for (emergencies, recalls, "
        "credentials, roles, keys)",
    ),
}
ALL_SCOPES = frozenset(Scope)
USUAL_SCOPES = ALL_SCOPES - {Scope.GRAVE}  # a key has the other one only where it is asked for


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of those names; raises InvalidInput for a name that is none."""
    known = set(Scope)
    given = list(names)
    for name in given:
        if name not in known:
            raise InvalidInput(
                Words(f"没有“{name}”这一权限", f"there is no scope {name!r}"),
                field="scopes",
                remedy=Words("、".join(Scope), ", ".join(Scope)),
            )
    return frozenset(Scope(name) for name in given)
