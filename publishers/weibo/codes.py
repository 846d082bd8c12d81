"""Weibo's own codes: what we do about each, and what a person should do.

Source: https://open.weibo.com/wiki/Error_code and the notes on statuses/share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from hub.kernel.errors import Words
from hub.publishing.errors import (
    Advice,
    Busy,
    DeliveryError,
    Exhausted,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)

__all__ = ["ADVICE", "GONE", "REPEATED", "TAKEN_SLOWLY", "WAITS", "advice_for"]

REPEATED = frozenset({20017, 20019, 20111})  # refused because the same text is already there
TAKEN_SLOWLY = 20032  # an error by its shape, a success by its text: shown in a minute or two
GONE = frozenset({20101})

# How long to wait where the platform does not say; 10023 and 10024 are asked for their reset.
WAITS: Mapping[int, timedelta] = MappingProxyType(
    {
        10022: timedelta(minutes=30),
        10023: timedelta(hours=1),
        10024: timedelta(minutes=15),
        20016: timedelta(minutes=5),
    }
)

_LATER = Words("将自动重试", "it is tried again")
_LOOK = Words("将先从时间线核对，再决定是否重发", "the timeline is read before it is sent again")
_WAIT = Words("等到限额恢复后自动继续", "it continues once the limit is lifted")
_REAUTHORISE = Words(
    "请账号管理员重新授权并更新 access_token",
    "the account's administrator must authorise again and store the new access_token",
)
_APP = Words("到微博开放平台检查应用的权限与设置", "check the app at open.weibo.com")
_REPORT = Words("核对接口参数；请联系开发人员", "check the parameters; tell the developers")
_TEXT = Words("修改文字后重新送审", "change the text and have it approved again")
_PICTURE = Words("改用小于 5 MB 的 JPEG、GIF 或 PNG", "use one JPEG, GIF or PNG of less than 5 MB")
_PERSON = Words("登录微博，按页面提示处理后重试", "sign in to Weibo, do what it asks, try again")
_GONE = Words("该微博已不存在", "the post is no longer there")

_Row = tuple[str, str]


def _rows(
    error: type[DeliveryError], remedy: Words, rows: Mapping[int, _Row]
) -> Iterable[tuple[int, Advice]]:
    for code, (zh, en) in rows.items():
        yield code, Advice(error, Words(f"微博：{zh}", f"Weibo: {en}"), remedy)


# 10001, 10003, 10010 and 10011 are failures inside the platform: they do not say on which side of
# the write. A call with an effect that ends so is undecided, and the timeline decides.
_UNDECIDED = {
    10001: ("系统错误", "system error"),
    10003: ("远程服务错误", "remote service error"),
    10010: ("任务超时", "job expired"),
    10011: ("RPC 错误", "RPC error"),
}
_BUSY = {
    10002: ("服务暂停", "service unavailable"),
    10009: ("任务过多，系统繁忙", "too many pending tasks"),
}
_THROTTLED = {
    10022: ("IP 请求次数超限", "the IP's calls are used up"),
    10024: ("该接口的请求次数超限", "the calls of this endpoint are used up"),
    20016: ("发布过于频繁", "posting too fast"),
}
_USED_UP = {10023: ("该账号的请求次数超限", "the account's calls are used up")}
_APP_AT_FAULT = {
    10004: ("该 IP 不能访问", "this IP may not call"),
    10005: ("应用权限不足", "the app's level is too low"),
    10006: ("缺少 appkey", "the app key is missing"),
    10013: ("不合法的微博用户", "no such Weibo user"),
    10014: ("应用没有该接口的权限", "the app may not call this endpoint"),
    10017: (
        "参数值不合要求：须含安全域名下的链接，不得含话题",
        "no link under the app's safe domain, or a #topic#",
    ),
    20022: ("IP 异常", "the IP is abnormal"),
    21321: ("未审核应用的授权用户数已满", "the unaudited app's users are used up"),
}
_CALL_AT_FAULT = {
    10007: ("不支持的 MediaType", "unsupported media type"),
    10008: ("参数错误", "parameter error"),
    10012: ("非法请求", "illegal request"),
    10016: ("缺少参数", "a parameter is missing"),
    10018: ("请求过长", "the request is too long"),
    10020: ("接口不存在", "no such endpoint"),
    10021: ("请求方法不对", "wrong HTTP method"),
    20003: ("用户不存在", "no such user"),
    20007: ("图片须以 multipart 上传", "the picture must be sent as multipart"),
}
_TEXT_AT_FAULT = {
    20008: ("内容为空", "the text is empty"),
    20012: ("文字超过 140 字", "over 140 characters"),
    20013: ("文字超过 300 字", "over 300 characters"),
    20017: ("与已发内容相似", "similar content was posted"),
    20018: ("含有非法链接", "an illegal link"),
    20019: ("与已发内容重复", "the same content was posted"),
    20020: ("被判为广告", "taken for advertising"),
    20021: ("含有违规内容", "forbidden content"),
    20111: ("重复的微博", "a repeated post"),
}
_PICTURE_AT_FAULT = {
    20005: ("不支持的图片类型", "unsupported picture type"),
    20006: ("图片太大", "the picture is too large"),
}
_PERSON_NEEDED = {
    20015: ("账号、IP 或应用非法", "account, IP or app illegal"),
    20031: ("需要输入验证码", "a captcha is asked for"),
}
_NOT_THERE = {
    20101: ("该微博不存在", "no such post"),
    20102: ("不是本账号的微博", "the post is not this account's"),
}
_AUTHORISATION = {
    21301: ("认证失败", "authentication failed"),
    21314: ("token 已被使用", "the token was used"),
    21315: ("token 已过期", "the token has expired"),
    21316: ("token 已被撤销", "the token was revoked"),
    21317: ("token 不合法", "the token was rejected"),
    21319: ("用户已解除对应用的授权", "the user withdrew the app's authorisation"),
    21327: ("token 已过期", "the token has expired"),
    21332: ("token 无效", "the token is invalid"),
}

ADVICE: Mapping[int, Advice] = MappingProxyType(
    {
        **dict(_rows(Unknown, _LOOK, _UNDECIDED)),
        **dict(_rows(Busy, _LATER, _BUSY)),
        **dict(_rows(Throttled, _WAIT, _THROTTLED)),
        **dict(_rows(Exhausted, _WAIT, _USED_UP)),
        **dict(_rows(Rejected, _APP, _APP_AT_FAULT)),
        **dict(_rows(Rejected, _REPORT, _CALL_AT_FAULT)),
        **dict(_rows(Rejected, _TEXT, _TEXT_AT_FAULT)),
        **dict(_rows(Rejected, _PICTURE, _PICTURE_AT_FAULT)),
        **dict(_rows(Rejected, _PERSON, _PERSON_NEEDED)),
        **dict(_rows(Rejected, _GONE, _NOT_THERE)),
        **dict(_rows(Unauthorised, _REAUTHORISE, _AUTHORISATION)),
        TAKEN_SLOWLY: Advice(
            Unknown,
            Words("微博已接受，一两分钟后可见", "Weibo took it; it shows in a minute or two"),
            Words("将从时间线取得微博编号", "its id is taken from the timeline"),
        ),
    }
)

_UNLISTED_AUTHORISATION = Advice(
    Unauthorised, Words("微博：授权错误", "Weibo: an authorisation error"), _REAUTHORISE
)
_UNLISTED = Advice(Unknown, Words("微博：未登记的错误码", "Weibo: a code we do not know"), _LOOK)


def advice_for(code: int) -> Advice:
    """The row for `code`; an unlisted one is undecided, except that all 213xx are about tokens."""
    if code in ADVICE:
        return ADVICE[code]
    return _UNLISTED_AUTHORISATION if 21300 <= code < 21400 else _UNLISTED
