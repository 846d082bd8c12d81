"""The table of the staff API's endpoints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hub.kernel.errors import Words
from web.staff import approvals, items, shapes, talk_shapes, talks
from web.staff.asked import (
    AnswerTalk,
    AssignTalk,
    CloseTalk,
    Determine,
    EditItem,
    EnterItem,
    LinkInterpretation,
    MakePlan,
    PlanInterpretation,
    Return,
    Sign,
    Submit,
)
from web.staff.desk import Call

__all__ = ["ENDPOINTS", "Endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`path` has its parameters in braces, as OpenAPI writes them; without `answers` the answer is
    bytes of an edition."""

    method: str
    path: str
    name: str
    words: Words
    handler: Callable[[Call], Awaitable[Any]]
    answers: type | None
    takes: type | None = None
    status: int = 200


_ITEM, _APPROVAL = "/items/{item}", "/approvals/{approval}"
_TALK = "/desk/conversations/{conversation}"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="POST",
        path="/items",
        name="enterItem",
        words=Words("录入一条信息", "enter an item"),
        handler=items.enter_item,
        takes=EnterItem,
        answers=shapes.StaffItem,
        status=201,
    ),
    Endpoint(
        method="GET",
        path=_ITEM,
        name="getItem",
        words=Words("信息的当前版本", "an item in its current version"),
        handler=items.get_item,
        answers=shapes.StaffItem,
    ),
    Endpoint(
        method="PUT",
        path=_ITEM,
        name="editItem",
        words=Words("修改：成为新版，原签审失效", "a new version; former approvals are void"),
        handler=items.edit_item,
        takes=EditItem,
        answers=shapes.StaffItem,
    ),
    Endpoint(
        method="PUT",
        path=f"{_ITEM}/determination",
        name="determineItem",
        words=Words("认定公开属性", "determine its attribute"),
        handler=items.determine_item,
        takes=Determine,
        answers=shapes.StaffDetermination,
    ),
    Endpoint(
        method="PUT",
        path=f"{_ITEM}/interpretation-plan",
        name="planInterpretation",
        words=Words("解读方案", "the plan of its interpretation"),
        handler=items.plan_interpretation,
        takes=PlanInterpretation,
        answers=shapes.StaffInterpretation,
    ),
    Endpoint(
        method="POST",
        path=f"{_ITEM}/interpretations",
        name="linkInterpretation",
        words=Words("关联解读材料", "name an item that interprets it"),
        handler=items.link_interpretation,
        takes=LinkInterpretation,
        answers=shapes.StaffInterpretation,
        status=201,
    ),
    Endpoint(
        method="GET",
        path=f"{_ITEM}/checks",
        name="checkItem",
        words=Words("发布前检查", "what the checks find"),
        handler=items.check_item,
        answers=shapes.StaffChecks,
    ),
    Endpoint(
        method="POST",
        path=f"{_ITEM}/submissions",
        name="submitItem",
        words=Words("生成各渠道稿件并送审", "render its editions and submit them"),
        handler=items.submit_item,
        takes=Submit,
        answers=shapes.StaffApproval,
        status=201,
    ),
    Endpoint(
        method="POST",
        path=f"{_ITEM}/plans",
        name="planItem",
        words=Words("排定发布", "plan its publication"),
        handler=items.plan_item,
        takes=MakePlan,
        answers=shapes.StaffPlan,
        status=201,
    ),
    Endpoint(
        method="GET",
        path=f"{_ITEM}/deliveries",
        name="listDeliveries",
        words=Words("投递及其状态", "its deliveries and where they are"),
        handler=items.list_deliveries,
        answers=shapes.StaffDeliveries,
    ),
    Endpoint(
        method="GET",
        path="/approvals",
        name="listApprovals",
        words=Words("待签的签审单", "what waits for a signature"),
        handler=approvals.list_approvals,
        answers=shapes.StaffApprovals,
    ),
    Endpoint(
        method="GET",
        path=_APPROVAL,
        name="getApproval",
        words=Words("签审单", "an approval"),
        handler=approvals.get_approval,
        answers=shapes.StaffApproval,
    ),
    Endpoint(
        method="GET",
        path=f"{_APPROVAL}/editions/{{name}}",
        name="readEdition",
        words=Words("将签署的原样内容", "the exact bytes that are signed"),
        handler=approvals.read_edition,
        answers=None,
    ),
    Endpoint(
        method="POST",
        path=f"{_APPROVAL}/signatures",
        name="signApproval",
        words=Words("签署一审", "sign one step"),
        handler=approvals.sign_approval,
        takes=Sign,
        answers=shapes.StaffApproval,
        status=201,
    ),
    Endpoint(
        method="POST",
        path=f"{_APPROVAL}/returns",
        name="returnApproval",
        words=Words("退文或退回前一审", "return it to the author or a lower step"),
        handler=approvals.return_approval,
        takes=Return,
        answers=shapes.StaffApproval,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/desk/conversations",
        name="listConversations",
        words=Words("人工坐席未结束的对话", "open conversations at the desk"),
        handler=talks.list_talks,
        answers=talk_shapes.StaffTalks,
    ),
    Endpoint(
        method="GET",
        path=_TALK,
        name="readConversation",
        words=Words("一次对话的来往", "both sides of a conversation"),
        handler=talks.read_talk,
        answers=talk_shapes.StaffTalkView,
    ),
    Endpoint(
        method="POST",
        path=f"{_TALK}/take",
        name="takeConversation",
        words=Words("接手", "pick it up"),
        handler=talks.take_talk,
        answers=talk_shapes.StaffTalk,
    ),
    Endpoint(
        method="POST",
        path=f"{_TALK}/assign",
        name="assignConversation",
        words=Words("交给同事", "give it to a colleague"),
        handler=talks.assign_talk,
        takes=AssignTalk,
        answers=talk_shapes.StaffTalk,
    ),
    Endpoint(
        method="POST",
        path=f"{_TALK}/release",
        name="releaseConversation",
        words=Words("放回待接", "give it back"),
        handler=talks.release_talk,
        answers=talk_shapes.StaffTalk,
    ),
    Endpoint(
        method="POST",
        path=f"{_TALK}/answers",
        name="answerConversation",
        words=Words("答复公众，只发一次", "answer the citizen, sent once"),
        handler=talks.answer_talk,
        takes=AnswerTalk,
        answers=talk_shapes.StaffReply,
        status=201,
    ),
    Endpoint(
        method="POST",
        path=f"{_TALK}/close",
        name="closeConversation",
        words=Words("结束对话", "close it"),
        handler=talks.close_talk,
        takes=CloseTalk,
        answers=talk_shapes.StaffTalk,
    ),
)
