"""WeCom's own codes: what we do about each, and what a person should do.

Source: 全局错误码 (developer.work.weixin.qq.com/document/path/90313), as in WxJava's
WxCpErrorMsgEnum. The platform answers HTTP 200 for every one of them.
"""

from __future__ import annotations

from datetime import timedelta

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected, Throttled, Unauthorised, Unknown
from publishers.envelope import Codes, row

__all__ = ["CODES", "DEAD_TOKEN", "NO_SUCH_MEDIA"]

DEAD_TOKEN = frozenset({"40001", "40014", "42001"})  # one new token, one repeat
NO_SUCH_MEDIA = "40007"

_AGAIN = Words("将用同一请求重试，平台会去重", "the same request is made again; it counts once")
_CREDENTIALS = Words(
    "核对企业 ID 与应用 Secret，重新连接账号", "check corpid and secret, connect the account again"
)
_APP = Words(
    "到管理后台核对应用的 AgentId 与可见范围", "check AgentId and visible range in the admin site"
)
_IP = Words("把本机出口 IP 加入应用的企业可信 IP", "add this machine's IP to the app's trusted IPs")
_TO = Words(
    "核对接收成员、部门、标签及应用的可见范围",
    "check users, departments and tags, and the application's visible range",
)
_TEXT = Words("修改内容后重新送审", "change the text and have it approved again")
_PICTURE = Words("更换图片后重新送审", "replace the picture and have it approved again")
_WAITS = Words("稍后自动继续", "it continues by itself")
_REPORT = Words("请联系开发人员核对请求", "tell the developers: the request is wrong")

CODES = Codes(
    code="errcode",
    text="errmsg",
    table={
        -1: (row(Unknown, "平台系统繁忙", "the platform is busy", _AGAIN),),
        40001: (
            row(
                Unauthorised,
                "应用 Secret 无效",
                "the secret is wrong",
                _CREDENTIALS,
                field="secret",
            ),
        ),
        40003: (row(Rejected, "成员 userid 无效", "a user id is not valid", _TO, field="to_user"),),
        40007: (row(Rejected, "素材已过期或无效", "the uploaded picture expired", _PICTURE),),
        40008: (row(Rejected, "消息类型无效", "no such type of message", _REPORT),),
        40009: (row(Rejected, "图片大小不合要求", "the picture's size is refused", _PICTURE),),
        40013: (
            row(Unauthorised, "企业 ID 无效", "no such corporation", _CREDENTIALS, field="corpid"),
        ),
        40014: (row(Unauthorised, "访问令牌无效", "the token is not valid", _CREDENTIALS),),
        40033: (row(Rejected, "字符编码无效", "characters are not UTF-8", _REPORT),),
        40056: (row(Unauthorised, "AgentId 无效", "no such application", _APP, field="agent_id"),),
        40058: (row(Rejected, "参数不合要求或内容过长", "malformed or too long", _TEXT),),
        41001: (row(Unauthorised, "缺少访问令牌", "the token is missing", _CREDENTIALS),),
        42001: (row(Unauthorised, "访问令牌已过期", "the token has expired", _CREDENTIALS),),
        44004: (row(Rejected, "消息内容为空", "the message is empty", _TEXT),),
        45002: (row(Rejected, "消息内容过长", "the message is too long", _TEXT),),
        45009: (
            row(
                Throttled,
                "接口调用超过限制",
                "the limit of calls is reached",
                _WAITS,
                wait=timedelta(minutes=1),
                scope="app",
            ),
        ),
        45033: (
            row(
                Throttled,
                "并发调用超过限制",
                "too many calls at once",
                _WAITS,
                wait=timedelta(seconds=5),
                scope="app",
            ),
        ),
        48002: (row(Unauthorised, "应用没有接口权限", "the app may not call this", _APP),),
        60011: (
            row(Unauthorised, "应用无权指定这些接收人", "the recipients are out of range", _TO),
        ),
        60020: (row(Unauthorised, "本机 IP 不在可信 IP 中", "this IP is not trusted", _IP),),
        81013: (
            row(Rejected, "接收人全部无效", "not one recipient is valid", _TO, field="to_user"),
        ),
        82001: (row(Rejected, "没有指定接收人", "no recipient is named", _TO, field="to_user"),),
        301002: (
            row(
                Unauthorised,
                "Secret 与 AgentId 不是同一应用",
                "secret and AgentId are of different applications",
                _APP,
                field="agent_id",
            ),
        ),
    },
)
