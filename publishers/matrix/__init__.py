"""Matrix: rooms on any homeserver, through the client-server API."""

from __future__ import annotations

from hub.kernel.errors import Words
from publishers.contract import Channel, Field
from publishers.matrix.content import prepared
from publishers.matrix.declaration import DECLARATION
from publishers.matrix.polling import MatrixPoller
from publishers.matrix.publisher import MatrixOutlet
from publishers.matrix.replying import MatrixReplier

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(
        Field(
            name="access_token",
            words=Words("一个设备的访问令牌", "the access token of one device"),
            secret=True,
        ),
    ),
    settings=(
        Field(
            name="device_id",
            words=Words(
                "该令牌所属设备的编号（account/whoami 的 device_id）",
                "the id of that token's device (device_id of account/whoami)",
            ),
        ),
        Field(
            name="receive",
            words=Words("poll：答复房间里的提问", "poll: answer what is asked in rooms"),
            required=False,
        ),
        Field(
            name="invites",
            words=Words(
                "接受谁的邀请：all，或以逗号分隔的服务器名；空则都不接受",
                "whose invitations are accepted: all, or servers' names; empty: nobody's",
            ),
            required=False,
        ),
    ),
    open=MatrixOutlet,
    finish=prepared,
    replier=MatrixReplier,
    poller=MatrixPoller,
    notes=(
        Words(
            "一个账号固定用一个设备：重新登录时务必带上原 device_id，否则拒绝发送",
            "one device per account: sign in again with the same device_id, else nothing is sent",
        ),
        Words(
            "只用于不加密的房间：公告应当人人可读",
            "for rooms without encryption only: announcements are for everybody",
        ),
    ),
)
