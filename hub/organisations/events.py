"""What happens to bodies, people and accounts."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "ACCOUNT_ADDED",
    "ACCOUNT_CHANGED",
    "ACCOUNT_CONNECTED",
    "ACCOUNT_MIGRATED",
    "ACCOUNT_PAUSED",
    "ACCOUNT_RESEALED",
    "ACCOUNT_RESUMED",
    "BODY_ADDED",
    "BODY_CHANGED",
    "GROUP_ADDED",
    "NEEDS_RECONNECTING",
    "PERSON_ADDED",
    "PERSON_CHANGED",
    "ROLE_GRANTED",
    "ROLE_REVOKED",
]


def _kind(name: str, zh: str, en: str) -> Kind:
    return Kind(f"organisations.{name}", Words(zh, en))


BODY_ADDED = _kind("body.added", "登记单位", "body added")
BODY_CHANGED = _kind("body.changed", "修改单位", "body changed")
PERSON_ADDED = _kind("person.added", "登记人员", "person added")
PERSON_CHANGED = _kind("person.changed", "修改人员", "person changed")
ROLE_GRANTED = _kind("role.granted", "授予角色", "role granted")
ROLE_REVOKED = _kind("role.revoked", "收回角色", "role revoked")
ACCOUNT_ADDED = _kind("account.added", "登记账号", "account added")
ACCOUNT_CHANGED = _kind("account.changed", "修改账号", "account changed")
ACCOUNT_CONNECTED = _kind("account.connected", "账号已授权", "account connected")
ACCOUNT_RESEALED = _kind("account.resealed", "账号凭据换用新密钥", "account sealed with a new key")
ACCOUNT_PAUSED = _kind("account.paused", "账号暂停", "account paused")
ACCOUNT_RESUMED = _kind("account.resumed", "账号恢复", "account resumed")
ACCOUNT_MIGRATED = _kind("account.migrated", "账号地址变更", "account got another address")
NEEDS_RECONNECTING = _kind(
    "account.needs-reconnecting", "账号需要重新授权", "account needs reconnecting"
)
GROUP_ADDED = _kind("group.added", "新建账号组", "account group added")
