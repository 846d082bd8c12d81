"""The table's rows for deliveries, plans, accounts, public opinion and the audit log."""

from __future__ import annotations

from dataclasses import replace

from hub.organisations.tokens.scopes import Scope
from web.staff import (
    accounts,
    boards,
    groups,
    hooks,
    listening,
    plans,
    queries,
    records,
    reports,
    slots,
    variants,
)
from web.staff import asked_boards as asked
from web.staff import board_shapes as shapes
from web.staff import opinion_shapes as opinion
from web.staff.endpoint import Endpoint
from web.staff.rows import get, post

__all__ = ["BOARD_ENDPOINTS"]

_ITEM, _DELIVERY, _PLAN = "/items/{item}", "/deliveries/{delivery}", "/plans/{plan}"
_ACCOUNT, _SIGNAL = "/accounts/{account}", "/opinion/signals/{signal}"
_HOOK, _REPORT = "/webhooks/{webhook}", "/opinion/reports/{report}"
_ISSUE, _CASE = "/opinion/issues/{issue}", "/opinion/cases/{case}"


_PUBLISH, _OPINION, _ADMIN, _AUDIT = Scope.PUBLISH, Scope.OPINION, Scope.ADMIN, Scope.AUDIT

_DELIVERIES = (
    get("/deliveries", "findDeliveries", ("可见账号的投递", "deliveries in sight"),
         boards.find_deliveries, shapes.StaffDeliveryPage, queries.AskDeliveries),
    get(_DELIVERY, "explainDelivery", ("投递在哪里、为何、接下来", "where it is, why, what next"),
         boards.explain_delivery, shapes.StaffExplained),
    post(f"{_DELIVERY}/resolution", "resolveDelivery",
          ("人工核实是否已发布", "say whether it is on the platform"),
          boards.resolve_delivery, shapes.StaffExplained, _PUBLISH, asked.ResolveDelivery),
    post(f"{_DELIVERY}/retry", "retryDelivery", ("重新投递", "begin it again"),
          boards.retry_delivery, shapes.StaffExplained, _PUBLISH),
    post(f"{_DELIVERY}/cancel", "cancelDelivery", ("取消投递", "cancel it"),
          boards.cancel_delivery, shapes.StaffCancelled, _PUBLISH),
    post(f"{_DELIVERY}/done", "finishDelivery", ("人工撤改已完成", "a person has carried it out"),
          boards.do_delivery, shapes.StaffExplained, _PUBLISH, asked.DoneDelivery),
    get(f"{_ITEM}/reach", "readReach", ("各账号上的状态", "how every account stands to it"),
         boards.read_reach, shapes.StaffReach),
    post(f"{_ITEM}/recalls", "orderRecall", ("撤稿或更正", "recall or correct it"),
          boards.order_recall, shapes.StaffOrdered, _PUBLISH, asked.OrderRecall, 201, grave=True),
)  # fmt: skip

_PLANS = (
    get("/plans", "listPlans", ("日历中的计划", "plans by their time"),
         plans.list_plans, shapes.StaffAgenda, queries.AskAgenda),
    get("/calendar", "countDays", ("每天的计划数", "how many plans each day has"),
         plans.count_days, shapes.StaffDays, queries.AskDays),
    get(_PLAN, "getPlan", ("一个计划", "a plan"), plans.get_plan, shapes.StaffEntry),
    post(f"{_PLAN}/move", "movePlan", ("改期", "move it to another time"),
          plans.move_plan, shapes.StaffMoved, _PUBLISH, asked.MovePlan),
    post(f"{_PLAN}/cancel", "cancelPlan", ("取消计划", "cancel it"),
          plans.cancel_plan, shapes.StaffCancelled, _PUBLISH),
    post(f"{_ITEM}/forecast", "forecastPlan",
          ("推演完成时间，不写入", "when it would be finished; nothing is written"),
          plans.forecast_plan, shapes.StaffForecast, Scope.READ, asked.Forecast),
)  # fmt: skip

_ACCOUNTS = (
    get("/accounts", "listAccounts", ("可见账号", "accounts in sight"),
         accounts.list_accounts, shapes.StaffAccountPage, queries.AskAccounts),
    get(_ACCOUNT, "getAccount", ("一个账号", "an account"),
         accounts.get_account, shapes.StaffAccount),
    post(f"{_ACCOUNT}/pause", "pauseAccount", ("暂停发布", "hold its deliveries back"),
          accounts.pause_account, shapes.StaffAccount, _ADMIN, asked.PauseAccount),
    post(f"{_ACCOUNT}/resume", "resumeAccount", ("恢复发布", "let it publish again"),
          accounts.resume_account, shapes.StaffAccount, _ADMIN),
)  # fmt: skip

_LISTENING = (
    get("/opinion/signals", "listSignals", ("舆情信息", "what is said"),
         listening.list_signals, opinion.StaffSignals, queries.AskSignals, _OPINION),
    get(_SIGNAL, "getSignal", ("一条舆情信息", "a signal"),
         listening.get_signal, opinion.StaffSignal, None, _OPINION),
    post(f"{_SIGNAL}/corrections", "correctSignal", ("研判更正", "say what it is"),
          listening.correct_signal, opinion.StaffSignal, _OPINION, asked.CorrectSignal, 201),
    get("/opinion/issues", "listIssues", ("七日热点", "the hot list of seven days"),
         listening.list_issues, opinion.StaffIssues, queries.AskIssues, _OPINION),
    get(_ISSUE, "getIssue", ("一个事项", "an issue"),
         listening.get_issue, opinion.StaffIssueView, None, _OPINION),
    post(f"{_ISSUE}/verification", "verifyIssue", ("传言核实结果", "what looking into it found"),
          listening.verify_issue, opinion.StaffIssueView, _OPINION, asked.VerifyIssue),
    get("/opinion/cases", "listCases", ("舆情件", "cases"),
         listening.list_cases, opinion.StaffCasePage, queries.AskCases, _OPINION),
    post("/opinion/cases", "openCase", ("立件", "open a case"),
          listening.open_case, opinion.StaffCaseView, _OPINION, asked.OpenCase, 201),
    get(_CASE, "getCase", ("一个舆情件及时限", "a case and its deadlines"),
         listening.get_case, opinion.StaffCaseView, None, _OPINION),
    post(f"{_CASE}/level", "levelCase", ("定级", "set its level"),
          listening.level_case, opinion.StaffCaseView, _OPINION, asked.LevelCase),
    post(f"{_CASE}/route", "routeCase", ("转办", "hand it to the responsible body"),
          listening.route_case, opinion.StaffCaseView, _OPINION, asked.RouteCase),
    post(f"{_CASE}/return", "returnCase", ("退回", "not this body's matter"),
          listening.return_case, opinion.StaffCaseView, _OPINION, asked.ReturnCase),
    post(f"{_CASE}/accept", "acceptCase", ("受理", "accept it"),
          listening.accept_case, opinion.StaffCaseView, _OPINION),
    post(f"{_CASE}/notes", "noteCase", ("研判与处置", "how it is assessed, what was done"),
          listening.note_case, opinion.StaffCaseView, _OPINION, asked.NoteCase, 201),
)  # fmt: skip

_REPORTS = (
    get("/opinion/reports", "listReports", ("专题报告", "reports put together"),
         reports.list_reports, reports.StaffReports, None, _OPINION),
    post("/opinion/reports", "saveReport", ("保存专题报告", "keep a report's definition"),
          reports.save_report, reports.StaffReport, _OPINION, reports.KeepReport, 201),
    post(_REPORT, "changeReport", ("修改专题报告", "change it"),
          reports.change_report, reports.StaffReport, _OPINION, reports.KeepReport),
    post(f"{_REPORT}/schedule", "scheduleReport", ("周期与收件人", "its rhythm and recipients"),
          reports.schedule_report, reports.StaffReport, _OPINION, reports.ScheduleReport),
    post(f"{_REPORT}/deletion", "deleteReport", ("删除定义", "delete its definition"),
          reports.delete_report, reports.StaffReport, _OPINION),
    get(f"{_REPORT}/made", "listMadeReports", ("已编制的各期", "what was made by it"),
         reports.list_made, reports.StaffMadeReports, None, _OPINION),
    post(f"{_REPORT}/made", "makeReport", ("编制", "make it of these days"),
          reports.make_report, reports.StaffMadeReport, _OPINION, reports.MakeReport, 201),
)  # fmt: skip

_RECORDS = (
    get("/audit", "listEvents", ("审计日志", "the audit log"),
         records.list_events, opinion.StaffEvents, queries.AskEvents, _AUDIT),
    get(f"{_ITEM}/audit", "readItemEvents", ("一条信息的经过", "what happened to an item"),
         records.read_item_events, opinion.StaffEvents, None, _AUDIT),
)  # fmt: skip

_VARIANTS = (
    get(f"{_ITEM}/variants", "listVariants", ("各渠道的文稿", "words of single channels"),
         variants.list_variants, variants.StaffVariants),
    replace(
        post(f"{_ITEM}/variants", "writeVariant", ("写渠道的文稿", "write or take away"),
              variants.write_variant, variants.StaffVariants, Scope.WRITE, variants.WriteVariant),
        method="PUT",
    ),
)  # fmt: skip

_SLOTS = (
    get("/slots", "listSlots", ("发布时段", "posting times, free and taken"),
         slots.list_lanes, slots.StaffLanes, slots.AskLanes),
    post(f"{_DELIVERY}/slot", "moveToSlot", ("移到空闲时段", "move it into a free slot"),
          slots.move_to_slot, slots.StaffSlotMoved, _PUBLISH, slots.MoveToSlot),
)  # fmt: skip

_GROUPS = (
    get("/account-groups", "listAccountGroups", ("账号组", "groups of accounts"),
         groups.list_groups, groups.StaffAccountGroups),
    post("/account-groups", "makeAccountGroup", ("新建账号组", "make one"),
          groups.make_group, groups.StaffAccountGroup, _ADMIN, groups.TellAccountGroup, 201),
    post("/account-groups/{group}", "changeAccountGroup", ("修改账号组", "change it"),
          groups.change_group, groups.StaffAccountGroup, _ADMIN, groups.TellAccountGroup),
    post("/account-groups/{group}/deletion", "deleteAccountGroup", ("删除账号组", "delete it"),
          groups.delete_group, groups.StaffAccountGroup, _ADMIN),
)  # fmt: skip

_HOOKS = (
    get("/webhooks", "listWebhooks", ("推送", "webhooks"),
         hooks.list_webhooks, hooks.StaffWebhooks, None, _ADMIN),
    post("/webhooks", "makeWebhook", ("新建推送，密钥只显示一次", "make one"),
          hooks.make_webhook, hooks.StaffWebhookMade, _ADMIN, hooks.MakeWebhook, 201,
          grave=True, secret=True),
    get(f"{_HOOK}/attempts", "listWebhookAttempts", ("推送尝试", "its newest attempts"),
         hooks.list_attempts, hooks.StaffWebhookAttempts, None, _ADMIN),
    get(f"{_HOOK}/messages", "listWebhookMessages", ("推送的消息", "what it was told"),
         hooks.list_messages, hooks.StaffWebhookMessages, hooks.WebhookMessagesAsked, _ADMIN),
    post(f"{_HOOK}/messages/{{message}}/resend", "resendWebhookMessage", ("重发", "send again"),
          hooks.resend_message, hooks.StaffWebhookMessage, _ADMIN),
    post(f"{_HOOK}/deletion", "deleteWebhook", ("删除推送", "delete it"),
          hooks.delete_webhook, hooks.StaffWebhook, _ADMIN, grave=True),
    post(f"{_HOOK}/ping", "pingWebhook", ("试推", "try it"),
          hooks.ping_webhook, hooks.StaffWebhookMessage, _ADMIN, None, 201),
    post(f"{_HOOK}/rotation", "rotateWebhook", ("更换密钥", "a new secret"),
          hooks.rotate_webhook, hooks.StaffWebhookMade, _ADMIN, grave=True, secret=True),
    post(f"{_HOOK}/switch", "switchWebhook", ("启用或停用", "switch it on or off"),
          hooks.switch_webhook, hooks.StaffWebhook, _ADMIN, hooks.SwitchWebhook),
)  # fmt: skip

BOARD_ENDPOINTS: tuple[Endpoint, ...] = (
    *_DELIVERIES,
    *_PLANS,
    *_ACCOUNTS,
    *_VARIANTS,
    *_SLOTS,
    *_GROUPS,
    *_LISTENING,
    *_REPORTS,
    *_RECORDS,
    *_HOOKS,
)
