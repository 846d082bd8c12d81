"""What happens when people sign in."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "CODES_MADE",
    "ENROLLED",
    "LOCKED",
    "PASSWORD_CHANGED",
    "PASSWORD_GIVEN",
    "PROVED",
    "PROVING_REFUSED",
    "RECOVERY_USED",
    "RESEALED",
    "SIGNED_IN",
    "SIGNED_OUT",
    "SIGNED_OUT_EVERYWHERE",
    "SIGN_IN_REFUSED",
    "UNENROLLED",
    "UNLOCKED",
]


def _kind(name: str, zh: str, en: str) -> Kind:
    return Kind(f"organisations.{name}", Words(zh, en))


SIGNED_IN = _kind("session.signed-in", "登录", "signed in")
SIGN_IN_REFUSED = _kind("session.sign-in-refused", "登录被拒", "sign-in refused")
SIGNED_OUT = _kind("session.signed-out", "退出登录", "signed out")
SIGNED_OUT_EVERYWHERE = _kind("session.all-ended", "结束全部会话", "signed out everywhere")
PROVED = _kind("session.proved", "再次验证身份", "proved who they are again")
PROVING_REFUSED = _kind("session.proving-refused", "再次验证未通过", "failed to prove it")
LOCKED = _kind("password.locked", "多次失败，暂停登录", "too many failures, locked for a while")
UNLOCKED = _kind("password.unlocked", "解除暂停登录", "unlocked")
PASSWORD_GIVEN = _kind("password.given", "重置密码", "password given by somebody else")
PASSWORD_CHANGED = _kind("password.changed", "本人修改密码", "password changed by its owner")
ENROLLED = _kind("authenticator.enrolled", "绑定验证器", "authenticator enrolled")
UNENROLLED = _kind("authenticator.removed", "解除验证器", "authenticator removed")
CODES_MADE = _kind("recovery.made", "生成恢复码", "recovery codes made")
RECOVERY_USED = _kind("recovery.used", "使用恢复码", "a recovery code was used")
RESEALED = _kind(
    "authenticator.resealed", "验证器密钥换用新密钥", "authenticator sealed with a new key"
)
