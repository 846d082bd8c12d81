"""Telegram's refusals as tables: what each means for a delivery and what a person should do.

The Bot API has no codes beside the HTTP status; it has sentences, whose wording changes. So a row
matches a lower-cased piece of the description. A 400 or 403 that no row knows is for good.
"""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.publishing.errors import Advice, Busy, Rejected, Unauthorised

__all__ = ["AlreadyDone", "Migrated", "advice_for"]


class AlreadyDone(Rejected):
    """What was asked for is so already: for an edit and a deletion this is success."""

    code = "already-done"


class Migrated(Rejected):
    """The group became a supergroup; decisively refused, so repeating under `chat_id` is safe."""

    code = "chat-migrated"
    chat_id = 0


_WRITE_RIGHT = Words("在频道里把机器人设为管理员并允许发布", "make the bot an admin that may post")
_REJOIN = Words("把机器人重新加入后重试", "add the bot again, then retry")
_PICTURE = Words("更换图片后重新送审", "replace the picture and have it approved again")
_TEXT = Words("修改内容后重新送审", "change the text and have it approved again")

_SENTENCES: tuple[tuple[str, Advice], ...] = (
    (
        "message is not modified",
        Advice(
            AlreadyDone,
            Words("内容已是最新", "the message already reads so"),
            Words("无需处理", "nothing to do"),
        ),
    ),
    (
        "message to delete not found",
        Advice(
            AlreadyDone,
            Words("消息已不存在", "the message is already gone"),
            Words("无需处理", "nothing to do"),
        ),
    ),
    (
        "message can't be deleted",
        Advice(
            Rejected,
            Words("消息已不能由机器人删除", "the bot may no longer delete this message"),
            Words(
                "超过 48 小时：由管理员手工删除，或授予机器人删除权限",
                "older than 48 hours: delete it by hand, or let the bot delete messages",
            ),
        ),
    ),
    (
        "message can't be edited",
        Advice(
            Rejected,
            Words("消息不能编辑", "the message cannot be edited"),
            Words("撤回后重新发布，或另发更正", "withdraw and publish again, or post a correction"),
        ),
    ),
    (
        "message to edit not found",
        Advice(
            Rejected,
            Words("要编辑的消息已不存在", "the message to edit is gone"),
            Words("另发更正", "post a correction"),
        ),
    ),
    (
        "chat not found",
        Advice(
            Rejected,
            Words("找不到该频道或群组", "no such channel or group"),
            Words("核对账号标识（@名称或数字编号）", "check the handle: @name or numeric id"),
        ),
    ),
    (
        "bot was blocked by the user",
        Advice(
            Rejected,
            Words("对方已屏蔽机器人", "the recipient blocked the bot"),
            Words("停用该账号", "switch this account off"),
        ),
    ),
    (
        "user is deactivated",
        Advice(
            Rejected,
            Words("对方账号已注销", "the recipient's account is gone"),
            Words("停用该账号", "switch this account off"),
        ),
    ),
    (
        "bot was kicked",
        Advice(Rejected, Words("机器人已被移出", "the bot was removed"), _REJOIN),
    ),
    (
        "bot is not a member",
        Advice(Rejected, Words("机器人不在该频道或群组", "the bot is not a member"), _REJOIN),
    ),
    (
        "not enough rights",
        Advice(Rejected, Words("机器人没有所需权限", "the bot lacks the right"), _WRITE_RIGHT),
    ),
    (
        "have no rights",
        Advice(Rejected, Words("机器人没有发布权限", "the bot may not post"), _WRITE_RIGHT),
    ),
    (
        "need administrator rights",
        Advice(Rejected, Words("机器人不是管理员", "the bot is no admin"), _WRITE_RIGHT),
    ),
    (
        "chat_write_forbidden",
        Advice(Rejected, Words("机器人不能在此发言", "the bot may not write here"), _WRITE_RIGHT),
    ),
    (
        "message thread not found",
        Advice(
            Rejected,
            Words("找不到该话题", "no such topic"),
            Words("核对账号设置 thread_id", "check the account's thread_id"),
        ),
    ),
    (
        "topic_closed",
        Advice(
            Rejected,
            Words("话题已关闭", "the topic is closed"),
            Words("重新打开话题，或更改 thread_id", "open the topic, or change thread_id"),
        ),
    ),
    (
        "caption is too long",
        Advice(Rejected, Words("图片说明过长", "the caption is too long"), _TEXT),
    ),
    ("message is too long", Advice(Rejected, Words("正文过长", "the text is too long"), _TEXT)),
    ("text is empty", Advice(Rejected, Words("正文为空", "the text is empty"), _TEXT)),
    (
        "can't parse entities",
        Advice(Rejected, Words("格式标记有误", "the markup is malformed"), _TEXT),
    ),
    (
        "photo_invalid_dimensions",
        Advice(Rejected, Words("图片尺寸不符合要求", "the picture's shape is refused"), _PICTURE),
    ),
    ("is too big", Advice(Rejected, Words("图片过大", "the picture is too large"), _PICTURE)),
    (
        "image_process_failed",
        Advice(Rejected, Words("图片已损坏", "the picture is damaged"), _PICTURE),
    ),
)

_STATUSES: dict[int, Advice] = {
    400: Advice(
        Rejected,
        Words("Telegram 拒绝了该请求", "Telegram refused the request"),
        Words("按平台原话修改后重试", "read the platform's own words, mend, retry"),
    ),
    401: Advice(
        Unauthorised,
        Words("机器人令牌无效", "the bot's token is not valid"),
        Words("向 @BotFather 取新令牌并重新连接", "get a new token from @BotFather and reconnect"),
    ),
    403: Advice(
        Rejected,
        Words("Telegram 禁止机器人在此发布", "Telegram forbids the bot to post here"),
        _WRITE_RIGHT,
    ),
    # The public server answers 404 for a token it never issued; an unknown method is our address.
    404: Advice(
        Unauthorised,
        Words("机器人不存在或接口地址有误", "no such bot, or a wrong API address"),
        Words("核对令牌与 base_url", "check the token and base_url"),
    ),
    409: Advice(
        Busy,
        Words("机器人正被另一程序占用", "another program is using this bot"),
        Words("只保留一个实例", "run only one instance"),
    ),
    413: Advice(Rejected, Words("请求过大", "the request is too large"), _PICTURE),
}


def advice_for(status: int, description: str) -> Advice | None:
    """The row for a refusal; None where the answer decides nothing (5xx and the unheard-of)."""
    if status in (400, 403):
        lowered = description.lower()
        for piece, advice in _SENTENCES:
            if piece in lowered:
                return advice
    return _STATUSES.get(status)
