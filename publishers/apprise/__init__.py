"""The long tail: some 180 notification services through apprise, one account each."""

from __future__ import annotations

from hub.kernel.errors import Words
from publishers.apprise.declaration import DECLARATION, narrowed, variation
from publishers.apprise.publisher import AppriseOutlet
from publishers.contract import Channel, Field

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(
        Field(
            name="url",
            words=Words(
                "apprise 推送地址；其中 {host} 代表接口地址里的主机",
                "the apprise address; {host} in it stands for base_url's host",
            ),
            secret=True,
        ),
    ),
    settings=(
        Field(
            name="service",
            words=Words(
                "服务名，即推送地址开头的协议名，如 discord、ntfy",
                "the service: the scheme its addresses begin with, such as discord or ntfy",
            ),
        ),
        Field(
            name="title_limit",
            words=Words("标题字数上限，0 为无标题", "characters of a title, 0 for no titles"),
            required=False,
        ),
        Field(
            name="text_limit",
            words=Words("正文字数上限", "characters of a text"),
            required=False,
        ),
    ),
    open=AppriseOutlet,
    variation=variation,
    adapt=narrowed,
    notes=(
        Words(
            "只知道成功或失败：结果不明的发送由人核对后处理",
            "only success or failure is known: a person settles a post whose outcome is unknown",
        ),
    ),
)
