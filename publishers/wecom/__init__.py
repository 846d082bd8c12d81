"""WeCom application messages (企业微信应用消息): to members, departments, tags of a corporation."""

from __future__ import annotations

from hub.kernel.errors import Words
from publishers.callbacks import new_aes_key, new_token
from publishers.contract import Channel, Field
from publishers.messages import FORM, form_of
from publishers.wecom.declaration import DECLARATION, RULES, quotas
from publishers.wecom.inbox import open_inbox
from publishers.wecom.publisher import WeComOutlet
from publishers.wecom.replying import WeComReplier

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    default_base_url="https://qyapi.weixin.qq.com",
    credentials=(
        Field(name="corpid", words=Words("企业 ID（corpid）", "the corporation's id (corpid)")),
        Field(name="secret", words=Words("应用的 Secret", "the application's secret"), secret=True),
        Field(
            name="token",
            words=Words("接收消息的 Token", "the token of its callbacks, to receive messages"),
            secret=True,
            required=False,
            made=new_token,
        ),
        Field(
            name="aes_key",
            words=Words("接收消息的 EncodingAESKey", "the EncodingAESKey of its callbacks"),
            secret=True,
            required=False,
            made=new_aes_key,
        ),
        Field(
            name="aes_key_previous",
            words=Words("更换前的 EncodingAESKey", "the EncodingAESKey before it, while rotating"),
            secret=True,
            required=False,
        ),
    ),
    settings=(
        Field(name="agent_id", words=Words("应用的 AgentId", "the application's AgentId")),
        Field(
            name="to_user",
            words=Words(
                "接收成员 userid，逗号分隔，至多 1000 个；@all 为全部",
                "user ids, comma-separated, at most 1000; @all is everybody",
            ),
            required=False,
        ),
        Field(
            name="to_party",
            words=Words("接收部门编号，逗号分隔，至多 100 个", "department ids, at most 100"),
            required=False,
        ),
        Field(
            name="to_tag",
            words=Words("接收标签编号，逗号分隔，至多 100 个", "tag ids, at most 100"),
            required=False,
        ),
        FORM,
        Field(
            name="seats",
            words=Words("企业的账号上限数", "how many accounts the corporation may have"),
            required=False,
        ),
        Field(
            name="audience",
            words=Words(
                "每条消息的接收人数（与账号上限一起决定每日条数）",
                "how many people get a message; with seats it decides how many a day",
            ),
            required=False,
        ),
    ),
    open=WeComOutlet,
    variation=form_of,
    adapt=RULES,
    quotas=quotas,
    inbox=open_inbox,
    replier=WeComReplier,
    notes=(
        Words(
            "同一成员每分钟至多 30 条、每小时至多 1000 条，超出部分平台不投递也不报错",
            "a member gets 30 messages a minute and 1000 an hour; the platform drops the rest and "
            "says nothing",
        ),
        Words(
            "未到达的成员、部门、标签记在回执里；24 小时内可撤回",
            "who was not reached is in the receipt; a message can be recalled for 24 hours",
        ),
    ),
)
