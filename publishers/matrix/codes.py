"""Matrix's error codes as a table: what each means for a delivery, and what a person should do.

Source: spec.matrix.org, client-server API, "Standard error response". A code that no row knows,
with a 4xx status, is a refusal for good; a 5xx decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Words
from hub.publishing.errors import Advice, Busy, Rejected, Unauthorised

__all__ = ["MISSING", "SOFT_LOGOUT", "advice_for"]

MISSING = "M_NOT_FOUND"

_RECONNECT = Words(
    "用同一 device_id 重新登录并连接账号", "sign in again with the same device_id and reconnect"
)
_ADMIN = Words("联系服务器管理员", "ask the homeserver's administrator")
_PICTURE = Words("更换图片后重新送审", "replace the picture and have it approved again")
_TEXT = Words("修改内容后重新送审", "change the text and have it approved again")

# The token is dead, the device lives on: whoever signs in to it again keeps its transactions.
SOFT_LOGOUT = Advice(
    Unauthorised,
    Words("登录已过期，设备仍保留", "signed out for now, the device is kept"),
    _RECONNECT,
)

_CODES: Mapping[str, Advice] = {
    "M_UNKNOWN_TOKEN": Advice(
        Unauthorised,
        Words("访问令牌无效", "the access token is not valid"),
        _RECONNECT,
    ),
    "M_MISSING_TOKEN": Advice(
        Unauthorised, Words("缺少访问令牌", "the access token is missing"), _RECONNECT
    ),
    "M_USER_DEACTIVATED": Advice(
        Unauthorised, Words("账号已停用", "the account is deactivated"), _ADMIN
    ),
    "M_USER_LOCKED": Advice(Unauthorised, Words("账号已锁定", "the account is locked"), _ADMIN),
    "M_USER_SUSPENDED": Advice(
        Unauthorised, Words("账号已暂停", "the account is suspended"), _ADMIN
    ),
    "M_CONSENT_NOT_GIVEN": Advice(
        Unauthorised,
        Words("尚未同意服务器的条款", "the server's terms are not accepted"),
        Words("用该账号登录网页并同意条款", "sign in as this user and accept the terms"),
    ),
    "M_FORBIDDEN": Advice(
        Rejected,
        Words("没有在该房间发布的权限", "the account may not do this in the room"),
        Words(
            "让账号加入房间，并给予发送消息所需的权限等级",
            "let the account join the room and give it the power level that messages need",
        ),
    ),
    "M_GUEST_ACCESS_FORBIDDEN": Advice(
        Rejected,
        Words("访客账号不能发布", "a guest may not post"),
        Words("改用注册账号", "use a registered account"),
    ),
    MISSING: Advice(
        Rejected,
        Words("找不到该房间或消息", "no such room or event"),
        Words("核对账号标识（房间别名或编号）", "check the handle: the room's alias or id"),
    ),
    "M_TOO_LARGE": Advice(
        Rejected,
        Words("超过服务器的大小限制", "larger than the server takes"),
        Words("缩短正文或压缩图片后重新送审", "shorten the text or the picture, approve again"),
    ),
    "M_BAD_JSON": Advice(Rejected, Words("内容不合规范", "the content is malformed"), _TEXT),
    "M_NOT_JSON": Advice(Rejected, Words("内容不合规范", "the content is malformed"), _TEXT),
    "M_INVALID_PARAM": Advice(
        Rejected,
        Words("参数不合规范", "a parameter is malformed"),
        Words("核对账号标识（房间别名或编号）", "check the handle: the room's alias or id"),
    ),
    "M_UNRECOGNIZED": Advice(
        Rejected,
        Words("服务器不认识该接口", "the server does not know this call"),
        Words(
            "核对 base_url；服务器须支持 Matrix 1.11",
            "check base_url; the server must speak Matrix 1.11",
        ),
    ),
    "M_BAD_STATE": Advice(Rejected, Words("图片已被处理过", "the media is used up"), _PICTURE),
    "M_RESOURCE_LIMIT_EXCEEDED": Advice(
        Busy, Words("服务器资源已满", "the server is at a limit of its own"), _ADMIN
    ),
}
_OTHER = Advice(
    Rejected,
    Words("服务器拒绝了该请求", "the server refused the request"),
    Words("按服务器原话修改后重试", "read the server's own words, mend, retry"),
)


def advice_for(errcode: str) -> Advice:
    """The row for a refusal with a 4xx status."""
    return _CODES.get(errcode, _OTHER)
