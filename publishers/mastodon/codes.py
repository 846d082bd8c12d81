"""Mastodon's refusals as tables: what each means for a delivery and what a person should do.

The API has no codes beside the HTTP status; it has sentences, in the language of the server's
default locale. So a row matches a lower-cased piece of an English sentence, and what no row knows
is decided by its status. Sources: docs.joinmastodon.org/entities/Error, mastodon/mastodon
config/locales/en.yml and app/controllers/api/base_controller.rb.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hub.kernel.errors import Words
from hub.publishing.errors import Advice, Busy, DeliveryError, Rejected, Throttled, Unauthorised
from publishers.wire import Answer

__all__ = ["MediaTaken", "NotThere", "ScopeMissing", "refusal"]


class NotThere(Rejected):
    """404 or 410: for a deletion this is success, for reading back it says that it is gone."""

    code = "not-there"


class ScopeMissing(Unauthorised):
    """The token lives and does not allow this call."""

    code = "scope-missing"


class MediaTaken(Rejected):
    """A picture is attached to a post already, or the server forgot it."""

    code = "media-taken"


_RECONNECT = Words("重新授权并更新 access_token", "authorise again and store the new access_token")
_SCOPES = Words(
    "授权 read:accounts read:statuses write:statuses write:media 后更新 access_token",
    "authorise read:accounts read:statuses write:statuses write:media, store the new token",
)
_TEXT = Words("修改文字后重新送审", "change the text and have it approved again")
_PICTURE = Words("更换图片后重新送审", "replace the picture and have it approved again")
_OWNER = Words("登录实例，按页面提示处理后重试", "sign in at the server, do what it asks, retry")
_ASK_SERVER = Words(
    "按平台原话处理；必要时联系实例管理员",
    "act on the server's own words, or ask its administrator",
)
_LATER = Words("将自动重试", "it is tried again")

_SENTENCES: tuple[tuple[int, str, Advice], ...] = (
    (
        403,
        "outside the authorized scopes",
        Advice(ScopeMissing, Words("令牌权限不足", "the token does not allow this"), _SCOPES),
    ),
    (
        403,
        "currently disabled",
        Advice(Unauthorised, Words("账号已被停用", "the account's login is disabled"), _OWNER),
    ),
    (
        403,
        "missing a confirmed e-mail",
        Advice(Unauthorised, Words("账号邮箱未确认", "its e-mail is not confirmed"), _OWNER),
    ),
    (
        403,
        "pending approval",
        Advice(Unauthorised, Words("账号待实例审核", "the account waits for approval"), _OWNER),
    ),
    (
        404,
        "trying to reply to",
        Advice(
            Rejected,
            Words("串中的上一条已不存在", "the post before it in the thread is gone"),
            Words("撤回其余各条后重新发布", "withdraw the rest and publish again"),
        ),
    ),
    (
        422,
        "not found or already attached",
        Advice(MediaTaken, Words("图片已失效或已被使用", "a picture is gone or used"), _LATER),
    ),
    (
        422,
        "not finished processing",
        Advice(Busy, Words("图片仍在处理", "a picture is still being processed"), _LATER),
    ),
    (
        422,
        "character limit",
        Advice(Rejected, Words("正文过长", "the text is too long"), _TEXT),
    ),
    (
        422,
        "text is too long",
        Advice(Rejected, Words("正文过长", "the text is too long"), _TEXT),
    ),
    (
        400,
        "status too long",
        Advice(Rejected, Words("正文过长", "the text is too long"), _TEXT),
    ),
    (
        422,
        "can't be blank",
        Advice(Rejected, Words("正文为空", "the text is empty"), _TEXT),
    ),
    (
        422,
        "cannot attach more than",
        Advice(Rejected, Words("图片过多", "there are too many pictures"), _PICTURE),
    ),
    (
        422,
        "validation failed: file",
        Advice(Rejected, Words("图片不被接受", "the picture is not taken"), _PICTURE),
    ),
    (
        422,
        "error processing thumbnail",
        Advice(Rejected, Words("图片无法处理", "the picture cannot be processed"), _PICTURE),
    ),
)

_STATUSES: Mapping[int, Advice] = {
    401: Advice(
        Unauthorised, Words("访问令牌无效或已撤销", "the access token is not valid"), _RECONNECT
    ),
    403: Advice(Rejected, Words("实例禁止该操作", "the server forbids this"), _ASK_SERVER),
    404: Advice(NotThere, Words("平台上不存在", "it is not there"), _ASK_SERVER),
    410: Advice(NotThere, Words("平台上已删除", "it was there and is gone"), _ASK_SERVER),
    413: Advice(Rejected, Words("图片过大", "the picture is too large"), _PICTURE),
    422: Advice(Rejected, Words("实例拒绝了该内容", "the server refused the content"), _ASK_SERVER),
}
_REFUSED = Advice(Rejected, Words("实例拒绝了该请求", "the server refused the call"), _ASK_SERVER)
_TOO_FAST = Words("实例要求稍后再试", "the server asks to wait")
# The longest window of Mastodon's limits; a server that names a later time is not believed.
_LONGEST_WAIT = timedelta(hours=3)
_SHORTEST_WAIT = timedelta(seconds=1)


def refusal(answer: Answer, now: datetime) -> DeliveryError:
    """The error for an answer whose status is no success.

    A 4xx with Mastodon's `{"error": …}` is decisive. Whatever else comes (a 5xx, a proxy's page)
    decides nothing; only "too large" and "too fast" are often said by the proxy in front.
    """
    if answer.status == 429:
        wait = _wait(answer.headers, now)
        return Throttled(
            _TOO_FAST, platform_code="429", platform_message=_said(answer), retry_after=wait
        )
    if not 400 <= answer.status < 500 or answer.status == 408:
        return answer.unreadable("http-status", "不是成功", "no success")
    if answer.status != 413 and not _is_mastodons(answer):
        return answer.unreadable("unexpected", "不合约定", "not of the documented shape")
    said = _said(answer)
    advice = _advice_for(answer.status, said.lower())
    return advice.error(
        advice.words,
        platform_code=str(answer.status),
        platform_message=said,
        remedy=advice.remedy,
    )


def _advice_for(status: int, said: str) -> Advice:
    for at, piece, advice in _SENTENCES:
        if at == status and piece in said:
            return advice
    return _STATUSES.get(status, _REFUSED)


def _is_mastodons(answer: Answer) -> bool:
    found = answer.json()
    return isinstance(found, dict) and "error" in found


def _said(answer: Answer) -> str:
    try:
        found = answer.json()
    except DeliveryError:
        return ""
    if not isinstance(found, dict):
        return ""
    return str(found.get("error_description") or found.get("error") or "")


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long to wait, by Retry-After or X-RateLimit-Reset; None where neither can be read.

    A reset is a moment on the server's clock, so it is compared with the answer's own Date.
    """
    at = _http_date(headers.get("Date", "")) or now
    after = headers.get("Retry-After", "").strip()
    reset = headers.get("X-RateLimit-Reset", "").strip()
    until = at + timedelta(seconds=int(after)) if _is_count(after) else _http_date(after)
    until = until or _moment(reset)
    if until is None:
        return None
    return min(max(until - at, _SHORTEST_WAIT), _LONGEST_WAIT)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7


def _moment(text: str) -> datetime | None:
    """Mastodon writes ISO 8601; other software writes seconds since 1970."""
    try:
        if text.isascii() and text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
