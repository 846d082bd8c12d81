"""What connecting an account leaves behind."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "ACCOUNT_CHECKED",
    "CALLBACK_MADE",
    "TEST_ENDED",
    "TEST_SETTLED",
    "TEST_STARTED",
    "TEST_WITHDRAWN",
]


def _kind(name: str, zh: str, en: str) -> Kind:
    return Kind(f"publishing.{name}", Words(zh, en))


ACCOUNT_CHECKED = _kind("account.checked", "接入检查", "an account was checked with its platform")
CALLBACK_MADE = _kind("account.callback-made", "生成了回调密钥", "callback secrets were made anew")
TEST_STARTED = _kind("test.started", "开始发送测试帖", "a test post was begun")
TEST_ENDED = _kind("test.ended", "测试帖有了结果", "a test post ended")
TEST_SETTLED = _kind("test.settled", "测试帖结果已核实", "a test post's outcome was settled")
TEST_WITHDRAWN = _kind("test.withdrawn", "测试帖已撤回", "a test post was withdrawn")
