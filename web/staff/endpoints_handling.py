"""The table's rows for emergencies and for many deliveries at once."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.organisations.tokens.scopes import Scope
from web.staff import asked_handling as asked
from web.staff import handling, queries, trying, watching
from web.staff import handling_shapes as shapes
from web.staff.endpoint import Endpoint

__all__ = ["HANDLING_ENDPOINTS"]

HANDLING_ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/items/{item}/emergencies",
        name="orderEmergency",
        words=Words("应急发布，越过日常发布", "send it before everything else that waits"),
        needs=Scope.PUBLISH,
        handler=handling.order_emergency,
        takes=asked.OrderEmergency,
        answers=shapes.StaffEmergency,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/emergencies/{plan}",
        name="readEmergency",
        words=Words("应急发布的进度", "how far an emergency is"),
        needs=Scope.READ,
        handler=handling.read_emergency,
        answers=shapes.StaffEmergency,
    ),
    Endpoint(
        method="GET",
        path="/deliveries/retries",
        name="previewRetries",
        words=Words("批量重发预览，不写入", "what would be sent again; nothing is written"),
        needs=Scope.READ,
        handler=handling.preview_retries,
        asks=queries.AskDeliveries,
        answers=shapes.StaffRetries,
    ),
    Endpoint(
        method="POST",
        path="/deliveries/retries",
        name="retryDeliveries",
        words=Words("批量重发，结果未知的从不重发", "send many again, never an unknown one"),
        needs=Scope.PUBLISH,
        handler=handling.retry_many,
        takes=asked.RetryMany,
        answers=shapes.StaffRetried,
    ),
    Endpoint(
        method="POST",
        path="/accounts/{account}/checks",
        name="checkAccount",
        words=Words("向平台核对账号，不发布内容", "ask the platform about it; nothing is posted"),
        needs=Scope.ADMIN,
        handler=trying.check_account,
        answers=shapes.StaffTrial,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/accounts/{account}/trials",
        name="listTrials",
        words=Words("核对与测试帖的记录", "what was tried with it"),
        needs=Scope.ADMIN,
        handler=trying.list_trials,
        answers=shapes.StaffTrials,
    ),
    Endpoint(
        method="POST",
        path="/accounts/{account}/tests",
        name="sendTest",
        words=Words("发一条固定内容的测试帖", "send a test post of fixed words"),
        needs=Scope.ADMIN,
        handler=trying.send_test,
        takes=asked.SendTest,
        answers=shapes.StaffTrial,
        status=201,
    ),
    Endpoint(
        method="POST",
        path="/accounts/{account}/tests/{test}/resolution",
        name="settleTest",
        words=Words("核实测试帖结果", "ask what became of a test post"),
        needs=Scope.ADMIN,
        handler=trying.settle_test,
        answers=shapes.StaffTrial,
    ),
    Endpoint(
        method="POST",
        path="/accounts/{account}/tests/{test}/withdrawal",
        name="withdrawTest",
        words=Words("撤回测试帖", "take a test post back"),
        needs=Scope.ADMIN,
        handler=trying.withdraw_test,
        answers=shapes.StaffTrial,
    ),
    Endpoint(
        method="GET",
        path="/outages",
        name="readBacklog",
        words=Words("停机积压，按账号", "what an outage holds back, by account"),
        needs=Scope.READ,
        handler=watching.read_backlog,
        answers=shapes.StaffBacklog,
    ),
    Endpoint(
        method="POST",
        path="/outages/releases",
        name="releaseBacklog",
        words=Words("放行停机积压", "let a backlog go"),
        needs=Scope.PUBLISH,
        handler=watching.release_backlog,
        takes=asked.ReleaseBacklog,
        answers=shapes.StaffReleased,
    ),
    Endpoint(
        method="GET",
        path="/findings",
        name="listFindings",
        words=Words("检查发现与书面意见", "what the checks found, and what was said to it"),
        needs=Scope.READ,
        handler=watching.list_findings,
        asks=asked.AskFindings,
        answers=shapes.StaffFindings,
    ),
    Endpoint(
        method="POST",
        path="/findings/acknowledgements",
        name="acknowledgeFinding",
        words=Words("书面知悉", "acknowledge one in writing"),
        needs=Scope.PUBLISH,
        handler=watching.acknowledge_finding,
        takes=asked.AcknowledgeFinding,
        answers=shapes.StaffFindings,
        status=201,
    ),
)
