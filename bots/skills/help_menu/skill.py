"""What can be asked here, and what to say to what is no question."""

from __future__ import annotations

import re

from bots import texts
from bots.citing import choice
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from bots.registry import menu, skills
from hub.kernel.errors import Words

__all__ = ["answer", "fits"]

_ME = "help_menu"
_HELP = re.compile(
    r"(?:你|您)?(?:帮助|菜单|功能|使用说明|怎么用|怎么使用|目录|主页|首页|help|"
    r"menu|start|/start|/help)"
    r"(?:一下|吗|啊)?[。.!！?？]*|(?:你|您)(?:能|会|可以)(?:帮我)?(?:做|干|查|"
    r"回答)(?:些)?什么.{0,3}|"
    r"what can (?:you|i) (?:do|ask).{0,6}|[?？.。!！/]+"
)
_HELLO = re.compile(
    r"(?:你好|您好|hello|hi|hey|在吗|在么|在不在|有人吗|早上好|上午好|下午好|"
    r"晚上好|哈喽|嗨|good (?:morning|afternoon|evening))"
    r"[啊呀吗,，。.!！~～ ]*"
)
_THANKS = re.compile(
    r"(?:好的?|ok|okay|嗯+|行|可以|知道了|晓得了|明白了?|收到)?[,，。 ]*(?:谢谢|"
    r"多谢|感谢|谢了|thanks?(?: you)?)?(?:你|您|啦|了|a lot|very much)*[。.!！~～ "
    r"]*"
)
_BYE = re.compile(r"(?:再见|拜拜|bye|goodbye)[。.!！~～ ]*")


def fits(asked: Asked) -> float:
    plain = asked.plain
    if not plain:
        return 0.0
    whole = (_HELP, _HELLO, _THANKS, _BYE)
    return 0.97 if any(form.fullmatch(plain) for form in whole) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    verb, _, rest = (asked.payload or "").partition("/")
    if verb == "skill" and rest in skills():
        about = _in(asked, skills()[rest].about)
        return _say(asked, "try", about=about)
    if verb == "unreadable":
        return _say(asked, "unreadable")
    if verb == "number":
        return _say(asked, "number", most=int(rest) if rest.isdecimal() else 0)
    if verb == "no-more":
        return _say(asked, "no-more")
    if not verb and _BYE.fullmatch(asked.plain):
        return _say(asked, "bye")
    thanks = not verb and _THANKS.fullmatch(asked.plain) and not _HELLO.fullmatch(asked.plain)
    if thanks and asked.plain:
        return _say(asked, "welcome-back")
    greeting = "welcome" if verb == "welcome" or _HELLO.fullmatch(asked.plain) else "menu"
    lines = [(_in(asked, one.words), _in(asked, one.about)) for one in menu() if one.name != _ME]
    text = texts.fill(_ME, asked.language, greeting, site=desk.site_name)
    told = texts.fill(_ME, asked.language, "lines", lines=lines)
    choices = tuple(
        choice(_ME, f"skill/{one.name}", _in(asked, one.words), asked.language)
        for one in menu()
        if one.name != _ME
    )
    return Reply(
        paragraphs=(text, told),
        grounds=Grounds.CONVERSATION,
        choices=choices,
        memory=Memory(text=""),
    )


def _say(asked: Asked, name: str, **values: object) -> Reply:
    text = texts.fill(_ME, asked.language, name, **values)
    return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION)


def _in(asked: Asked, words: Words) -> str:
    return words.en if asked.english else texts.in_script(words.zh, asked.language)
