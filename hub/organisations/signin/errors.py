"""Why somebody does not come in.

GongkaiError
├── Forbidden → SignInRefused, SignedOut, NotProved
└── InvalidInput → WeakPassword, WrongCode
"""

from __future__ import annotations

from hub.kernel.errors import Forbidden, InvalidInput, Words

__all__ = ["NotProved", "SignInRefused", "SignedOut", "WeakPassword", "WrongCode"]


class SignInRefused(Forbidden):
    """The words are the same for everything that can be wrong, or whoever guesses would learn who
    works here; `why` and `person_id` are for the audit log."""

    code = "sign-in-refused"

    def __init__(self, why: str, person_id: str = "") -> None:
        super().__init__(
            Words(
                "登录名或密码不正确，或因多次失败暂停登录",
                "wrong login or password, or too many failures for now",
            ),
            field="password",
            remedy=Words(
                "核对后再试；多次失败后须等候，最长一小时。忘记密码请找管理员重置",
                "check both; after several failures wait, an hour at most; an administrator can "
                "reset the password",
            ),
        )
        self.why = why
        self.person_id = person_id


class WrongCode(InvalidInput):
    """A code that is wrong, too old, or was used before."""

    code = "wrong-code"

    def __init__(self) -> None:
        super().__init__(
            Words("验证码不正确或已用过", "the code is wrong or was used before"),
            field="code",
            remedy=Words(
                "等下一个验证码再试，并检查手机时间",
                "wait for the next code, and look at your telephone's clock",
            ),
        )


class WeakPassword(InvalidInput):
    code = "weak-password"

    def __init__(self, words: Words, remedy: Words) -> None:
        super().__init__(words, field="new_password", remedy=remedy)


class SignedOut(Forbidden):
    """No session, or one that ended; `why` is `missing`, `unknown`, `ended`, `idle`, `expired`
    or `inactive`."""

    code = "signed-out"

    def __init__(self, why: str) -> None:
        super().__init__(
            Words("请登录", "please sign in"),
            remedy=Words("登录后继续", "sign in to go on"),
        )
        self.why = why


class NotProved(Forbidden):
    """What is dangerous asks for password and code again."""

    code = "not-proved"

    def __init__(self) -> None:
        super().__init__(
            Words("此操作须再次验证身份", "prove who you are again for this"),
            remedy=Words("输入密码和验证码后继续", "give your password and code, then go on"),
        )
