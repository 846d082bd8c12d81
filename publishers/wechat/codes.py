"""The platform's error codes as a table: which error of ours each one is, and what to do.

Source: 全局返回码 (developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html) and the
pages of the single calls. The platform answers HTTP 200 for every one of them. A code that is not
here is a decisive refusal all the same: Rejected, with the platform's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from wechatpy.exceptions import WeChatClientException

from hub.kernel.clock import CHINA
from hub.kernel.errors import Words
from hub.publishing.errors import (
    Advice,
    Busy,
    DeliveryError,
    Exhausted,
    Rejected,
    Throttled,
    Unauthorised,
)

__all__ = [
    "ADVICE",
    "BUSY",
    "DEAD_TOKEN",
    "KEY_EXISTS",
    "NO_SUCH_ARTICLE",
    "NO_SUCH_MEDIA",
    "Refused",
    "error_for",
]

BUSY = -1
DEAD_TOKEN = frozenset({40001, 40014, 42001})  # one new token, one repeat
NO_SUCH_MEDIA = 40007
NO_SUCH_ARTICLE = 53600
KEY_EXISTS = 45065
_OUT_OF_CALLS, _OUT_OF_MASS_SENDS = 45009, 45028


class Refused(WeChatClientException):  # type: ignore[misc]  # wechatpy has no types
    """The platform's decisive no. `result` is the whole answer: 45065 brings an id with it."""

    def __init__(self, errcode: int, errmsg: str, result: Mapping[str, object], what: str) -> None:
        super().__init__(errcode, errmsg)
        self.result = result
        self.what = what


def _row(error: type[DeliveryError], zh: str, en: str, remedy_zh: str, remedy_en: str) -> Advice:
    return Advice(error, Words(zh, en), Words(remedy_zh, remedy_en))


_WAIT = ("稍后自动重试", "it is retried by itself")
_RENDER = ("修改后重新送审", "change the text and submit it for approval again")
_SECRET = ("核对 AppID 与 AppSecret 后重新接入", "check AppID and AppSecret, then reconnect")
_PICTURE = ("换成 1 MB 以内的 JPEG 或 PNG", "use a JPEG or PNG below 1 MB")
_SITE = ("登录 mp.weixin.qq.com 处理后恢复账号", "settle it on mp.weixin.qq.com, then resume")
_DEFECT = ("属程序缺陷，请连同 rid 报告开发者", "a defect of ours: report it with the rid")

ADVICE: Mapping[int, Advice] = MappingProxyType(
    {
        -1: _row(Busy, "平台繁忙", "the platform is busy", *_WAIT),
        40001: _row(Unauthorised, "AppSecret 错误或令牌失效", "wrong secret or token", *_SECRET),
        40002: _row(Rejected, "凭证类型无效", "invalid grant type", *_DEFECT),
        40003: _row(Rejected, "OpenID 无效", "invalid OpenID", *_DEFECT),
        40004: _row(Rejected, "媒体类型无效", "invalid media type", *_PICTURE),
        40005: _row(Rejected, "文件类型无效", "invalid file type", *_PICTURE),
        40006: _row(Rejected, "文件大小无效", "invalid file size", *_PICTURE),
        40007: _row(
            Rejected,
            "素材或草稿不存在",
            "no such material or draft",
            "草稿或封面可能已在后台被删除；重试将重新生成",
            "draft or cover may have been deleted by hand; a retry makes them anew",
        ),
        40009: _row(Rejected, "图片过大", "the picture is too large", *_PICTURE),
        40013: _row(Unauthorised, "AppID 无效", "invalid AppID", *_SECRET),
        40014: _row(Unauthorised, "令牌无效", "invalid token", *_SECRET),
        40033: _row(Rejected, "请求含 \\u 转义字符", "the request holds \\u escapes", *_DEFECT),
        40035: _row(Rejected, "参数无效", "invalid parameter", *_DEFECT),
        40125: _row(Unauthorised, "AppSecret 无效", "invalid AppSecret", *_SECRET),
        40137: _row(Rejected, "图片格式无效", "invalid picture format", *_PICTURE),
        40164: _row(
            Unauthorised,
            "本机 IP 不在白名单",
            "our IP address is not on the account's list",
            "在公众平台“基本配置”中把提示的 IP 加入白名单",
            "add the address in the message to the account's IP list",
        ),
        40243: _row(Unauthorised, "AppSecret 已冻结", "the AppSecret is frozen", *_SITE),
        41001: _row(Rejected, "缺少令牌", "the token is missing", *_DEFECT),
        41005: _row(Rejected, "缺少媒体数据", "media data is missing", *_DEFECT),
        42001: _row(Unauthorised, "令牌过期", "the token has expired", *_SECRET),
        43002: _row(Rejected, "应使用 POST", "POST is required", *_DEFECT),
        43004: _row(Rejected, "对方未关注", "the user does not follow", *_SITE),
        43019: _row(Rejected, "对方在黑名单中", "the user is on the blacklist", *_SITE),
        44001: _row(Rejected, "媒体文件为空", "the media file is empty", *_PICTURE),
        44002: _row(Rejected, "请求为空", "the request is empty", *_DEFECT),
        44003: _row(Rejected, "图文为空", "the article is empty", *_RENDER),
        44004: _row(Rejected, "正文为空", "the content is empty", *_RENDER),
        45001: _row(Rejected, "媒体文件过大", "the media file is too large", *_PICTURE),
        45002: _row(Rejected, "正文超长", "the content is too long", *_RENDER),
        45003: _row(Rejected, "标题超长", "the title is too long", *_RENDER),
        45004: _row(Rejected, "摘要超长", "the digest is too long", *_RENDER),
        45005: _row(Rejected, "链接超长", "the link is too long", *_RENDER),
        45006: _row(Rejected, "图片链接超长", "a picture's link is too long", *_RENDER),
        45008: _row(Rejected, "图文篇数超限", "too many articles", *_RENDER),
        45009: _row(
            Exhausted,
            "今日接口调用次数已用完",
            "today's calls are used up",
            "北京时间零点后自动继续；急件可在公众平台清零配额",
            "goes on after midnight in Beijing; the quota can be cleared on the website",
        ),
        45011: _row(Throttled, "调用过于频繁", "calls come too fast", *_WAIT),
        45015: _row(Rejected, "超出回复时限", "outside the reply window", *_SITE),
        45028: _row(
            Exhausted,
            "群发次数已用完",
            "no mass sends are left",
            "下一周期自动继续，或改用“发布”方式",
            "goes on in the next period; or use the tier `publish`",
        ),
        45047: _row(Rejected, "客服消息条数超限", "too many replies", *_SITE),
        45065: _row(
            Rejected,
            "该群发任务已存在",
            "this mass send exists already",
            "到公众平台核对群发记录",
            "look at the mass sends on the website",
        ),
        45066: _row(Throttled, "同一群发任务重试过快", "repeated too soon", *_WAIT),
        45067: _row(Rejected, "clientmsgid 超长", "clientmsgid is too long", *_DEFECT),
        45110: _row(Rejected, "作者名超长", "the author's name is too long", *_RENDER),
        45166: _row(Rejected, "正文内容不合规", "the content is invalid", *_RENDER),
        47001: _row(Rejected, "请求无法解析", "the request cannot be parsed", *_DEFECT),
        48001: _row(
            Unauthorised,
            "账号没有该接口权限",
            "the account may not use this call",
            "个人或未认证账号没有发布接口：把账号的 tier 改为 draft，或完成认证",
            "unverified accounts cannot publish: set the account's tier to draft, or verify it",
        ),
        48003: _row(Unauthorised, "未同意群发协议", "mass sending was not agreed to", *_SITE),
        48004: _row(Unauthorised, "接口被封禁", "the API is banned for this account", *_SITE),
        48006: _row(Rejected, "清零次数已用完", "the quota cannot be cleared again", *_SITE),
        48008: _row(Rejected, "该类型消息无权发送", "no right to send this type", *_SITE),
        50001: _row(Unauthorised, "接口未授权", "the API is not authorised", *_SITE),
        50002: _row(Unauthorised, "账号受限", "the account is restricted", *_SITE),
        50005: _row(Rejected, "对方未关注", "the user does not follow", *_SITE),
        53503: _row(
            Rejected,
            "草稿未通过发布检查",
            "the draft failed the platform's check",
            "在公众平台草稿箱查看原因，修改后重新送审",
            "see the reason in the draft box, change the text and have it approved again",
        ),
        53504: _row(Rejected, "须在公众平台操作", "must be done on the website", *_SITE),
        53505: _row(Rejected, "须先手动保存草稿", "must be saved by hand first", *_SITE),
        53600: _row(Rejected, "文章不存在", "no such article", *_SITE),
        61450: _row(Busy, "平台系统错误", "the platform has an internal error", *_WAIT),
        89501: _row(Unauthorised, "IP 调用待管理员确认", "the IP waits for consent", *_SITE),
        89503: _row(Unauthorised, "IP 调用需管理员确认", "the IP needs consent", *_SITE),
        89506: _row(Unauthorised, "IP 24 小时内被拒两次", "the IP was refused twice", *_SITE),
        89507: _row(Unauthorised, "IP 一小时内被拒", "the IP was refused this hour", *_SITE),
    }
)

_UNLISTED = _row(
    Rejected,
    "平台拒绝",
    "refused by the platform",
    "按错误码在微信开放文档中查找原因",
    "look the code up in the platform's documentation",
)
_PAUSE = timedelta(seconds=60)  # 45011 counts per minute, 45066 says "wait a minute"


def error_for(refused: Refused, now: datetime, *, monthly_mass: bool = False) -> DeliveryError:
    """The error of ours for a refusal at `now`.

    `monthly_mass`: mass sends are counted per month (service accounts), not per day.
    """
    code = int(refused.errcode)
    advice = ADVICE.get(code, _UNLISTED)
    until = None
    if code == _OUT_OF_CALLS or (code == _OUT_OF_MASS_SENDS and not monthly_mass):
        until = _next_day(now)
    elif code == _OUT_OF_MASS_SENDS:
        until = _next_month(now)
    return advice.error(
        Words(f"{refused.what}：{advice.words.zh}", f"{refused.what}: {advice.words.en}"),
        platform_code=str(code),
        platform_message=str(refused.errmsg),
        remedy=advice.remedy,
        retry_after=_PAUSE if advice.error is Throttled else None,
        until=until,
    )


def _next_day(now: datetime) -> datetime:
    midnight = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1)).astimezone(UTC)


def _next_month(now: datetime) -> datetime:
    first = now.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1).astimezone(UTC)
