"""Whatever somebody can change, or look at, in the console is an endpoint here, or stands below
with the reason why not. Who gives the console a new route finds it missing in this file."""

from __future__ import annotations

from pathlib import Path

from tests.web.staff.conftest import Office
from web.console.application import console_routes
from web.staff.endpoints import ENDPOINTS

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "staff-api.md"

CHANGED = {
    "/items/new": "enterItem",
    "/items/{item}/edit": "editItem",
    "/items/{item}/determination": "determineItem",
    "/items/{item}/mask": "maskFinding",
    "/items/{item}/submit": "submitItem",
    "/items/{item}/attachments": "attachFile",
    "/items/{item}/detach": "detachFile",
    "/items/{item}/compose/save": "writeVariant",
    "/items/{item}/compose/submit": "submitItem",
    "/items/{item}/compose/outlook": "forecastPlan",
    "/items/{item}/compose/schedule": "planItem",
    "/graphics/{item}/look": "drawGraphic",
    "/graphics/{item}/download": "drawGraphic",
    "/graphics/{item}/attach": "attachGraphic",
    "/emergency/{item}/outlook": "forecastPlan",
    "/emergency/{item}/send": "orderEmergency",
    "/reviews/{approval}/sign": "signApproval",
    "/reviews/{approval}/return": "returnApproval",
    "/calendar/slots/{id}": "moveToSlot",
    "/calendar/move": "movePlan",
    "/calendar/cancel": "cancelPlan",
    "/deliveries/retries": "retryDeliveries",
    "/deliveries/outage": "releaseBacklog",
    "/deliveries/incidents/{id}/resume": "resumeIncident",
    "/deliveries/incidents/{id}/close": "closeIncident",
    "/deliveries/recall/{id}/order": "orderRecall",
    "/deliveries/{id}/retry": "retryDelivery",
    "/deliveries/{id}/cancel": "cancelDelivery",
    "/deliveries/{id}/resolve": "resolveDelivery",
    "/deliveries/{id}/done": "finishDelivery",
    "/findings": "acknowledgeFinding",
    "/accounts/connect/{channel}": "connectAccount",
    "/accounts/{id}/connect/renew": "renewAccount",
    "/accounts/{id}/connect/callback": "makeCallback",
    "/accounts/{id}/connect/check": "checkAccount",
    "/accounts/{id}/connect/test": "sendTest",
    "/accounts/{id}/tests/{test}/settle": "settleTest",
    "/accounts/{id}/tests/{test}/seen": "sawTest",
    "/accounts/{id}/tests/{test}/withdraw": "withdrawTest",
    "/accounts/{id}/pause": "pauseAccount",
    "/accounts/{id}/resume": "resumeAccount",
    "/accounts/{id}/release": "releaseBreaker",
    "/accounts/{id}/filing": "fileAccount",
    "/conversations/{id}/answer": "answerConversation",
    "/conversations/{id}/take": "takeConversation",
    "/conversations/{id}/assign": "assignConversation",
    "/conversations/{id}/release": "releaseConversation",
    "/conversations/{id}/close": "closeConversation",
    "/opinion/queue/{id}": "correctSignal",
    "/opinion/signals/{id}/correct": "correctSignal",
    "/opinion/topics/{id}/verify": "verifyIssue",
    "/opinion/topics/{id}/unlink": "unlinkClarification",
    "/opinion/topics/{id}/split": "splitIssue",
    "/opinion/topics/{id}/case": "openCase",
    "/opinion/suggestions/accept": "acceptSuggestion",
    "/opinion/suggestions/refuse": "refuseSuggestion",
    "/opinion/watches/add": "makeWatch",
    "/opinion/watches/change": "changeWatch",
    "/opinion/watches/step": "stepWatch",
    "/opinion/sources/add": "enterSource",
    "/opinion/sources/step": "stepSource",
    "/opinion/sources/check": "checkSource",
    "/opinion/models/use": "useModel",
    "/opinion/models/train": "trainModel",
    "/cases/new": "openCase",
    "/cases/proposals/accept": "acceptProposal",
    "/cases/proposals/decline": "refuseProposal",
    "/cases/{id}/level": "levelCase",
    "/cases/{id}/route": "routeCase",
    "/cases/{id}/close": "closeCase",
    "/cases/{id}/reopen": "reopenCase",
    "/cases/{id}/return": "returnCase",
    "/cases/{id}/accept": "acceptCase",
    "/cases/{id}/assign": "assignCase",
    "/cases/{id}/note": "noteCase",
    "/cases/{id}/announce": "announceCase",
    "/cases/{id}/draft": "draftCase",
    "/cases/{id}/facts": "quoteFact",
    "/cases/{id}/facts/change": "changeFact",
    "/cases/{id}/facts/remove": "removeFact",
    "/cases/{id}/respond": "respondCase",
    "/cases/{id}/rate": "rateCase",
    "/reports/make": "makeBrief",
    "/reports/subscribe": "subscribe",
    "/reports/unsubscribe": "unsubscribe",
    "/reports/own/preview": "previewReport",
    "/reports/own/save": "saveReport",
    "/reports/own/{id}/make": "makeReport",
    "/reports/own/{id}/schedule": "scheduleReport",
    "/reports/own/{id}/delete": "deleteReport",
    "/settings/alerts/try": "tryAlerts",
    "/settings/audit/export": "exportEvents",
    "/settings/audit/proof": "beginProof",
    "/settings/bodies": "enterBody",
    "/settings/bodies/{code}": "changeBody",
    "/settings/calendars/silence": "declareSilence",
    "/settings/calendars/silence/{id}/lift": "liftSilence",
    "/settings/calendars/hours": "setHours",
    "/filters/save": "keepFilter",
    "/filters/drop": "dropFilter",
    "/settings/groups": "makeAccountGroup",
    "/settings/groups/delegate": "delegate",
    "/settings/groups/reviews/{id}/revoke": "revokeDelegation",
    "/settings/groups/{id}": "changeAccountGroup",
    "/settings/groups/{id}/delete": "deleteAccountGroup",
    "/me/keys": "makeKey",
    "/me/keys/revoke": "revokeKey",
    "/settings/lists/rules": "setSeverity",
    "/settings/lists/try": "tryText",
    "/settings/lists/words": "replaceWords",
    "/settings/lists/synonyms": "replaceSynonyms",
    "/settings/people": "enterPerson",
    "/settings/people/try": "tryPeople",
    "/settings/people/import": "takePeople",
    "/settings/people/{login}": "changePerson",
    "/settings/people/{login}/grant": "giveRole",
    "/settings/people/{login}/revoke": "takeRole",
    "/settings/webhooks": "makeWebhook",
    "/settings/webhooks/{id}/ping": "pingWebhook",
    "/settings/webhooks/{id}/switch": "switchWebhook",
    "/settings/webhooks/{id}/resend": "resendWebhookMessage",
    "/settings/webhooks/{id}/rotate": "rotateWebhook",
    "/settings/webhooks/{id}/delete": "deleteWebhook",
}

_SIGN_IN = "a key is let in by itself; passwords, codes and sessions are people's at a browser"
_PAGE_STATE = "what a page keeps while somebody types; a program has its own memory"
LEFT_OUT = {
    "/sign-in": _SIGN_IN,
    "/sign-in/code": _SIGN_IN,
    "/sign-in/password": _SIGN_IN,
    "/sign-in/enrol": _SIGN_IN,
    "/sign-out": _SIGN_IN,
    "/prove": _SIGN_IN,
    "/me/codes": _SIGN_IN,
    "/me/sign-out-everywhere": _SIGN_IN,
    "/settings/people/{login}/sign-in": _SIGN_IN,
    "/taste": _PAGE_STATE,
    "/items/{item}/compose/draft": _PAGE_STATE,
    "/items/{item}/compose/rebase": _PAGE_STATE,
    "/items/{item}/compose/discard": _PAGE_STATE,
    "/items/{item}/compose/accounts": "counts a choice for a page; submitting refuses a wrong one",
    "/settings/groups/count": "counts a rule for a page; a group's answer has its accounts",
    "/graphics/{item}/edit": "adds and moves parts of a form; a program has the data itself",
    "/graphics/{item}/confirm": "asks once more before attaching; a program is not asked",
    "/opinion/signals/{id}/identity": "who wrote something is told to a person who proved afresh "
    "who they are and wrote down why, never to a program",
}

SHOWN = {
    "items": {"listItems", "getItem", "readVersion", "readItemEvents", "readFile", "exportItems"},
    "composer": {"listVariants", "listPreviews", "getPlan"},
    "graphics": {"listFiles", "draftGraphic"},
    "emergency": {"readEmergency"},
    "reviews": {"listApprovals", "getApproval", "readEdition"},
    "calendar": {"listPlans", "countDays", "listSlots", "getPlan"},
    "deliveries": {
        *("findDeliveries", "explainDelivery", "exportDeliveries", "previewRetries"),
        *("readBacklog", "listIncidents", "readIncident", "readReach"),
    },
    "findings": {"listFindings"},
    "accounts": {
        *("listAccounts", "getAccount", "exportAccounts", "listLives", "listForms", "listTrials"),
        "listBreakers",
    },
    "conversations": {
        *("listConversations", "readConversation", "readDeskFigures", "listCanned"),
    },
    "opinion": {
        *("listSignals", "getSignal", "exportSignals", "listIssues", "getIssue", "listRumours"),
        *("listSuggestions", "listWatches", "listSources", "listModels"),
    },
    "cases": {"listCases", "getCase", "exportCases", "listProposals", "listFacts"},
    "reports": {
        *("listBriefs", "readBrief", "readBriefFile", "listSubscribers"),
        *("listReports", "listMadeReports"),
    },
    "supervision": {"readSupervision"},
    "templates": {"listPreviews", "drawCover"},
    "alerts": {"readAlerting"},
    "audit": {"listEvents", "readProof"},
    "bodies": {"listBodies", "getBody"},
    "calendars": {"readYear", "listSilences", "listHours", "readLimits"},
    "groups": {"listAccountGroups", "listDelegations"},
    "keys": {"listKeys"},
    "lists": {"listWordLists", "readWords", "readSynonyms", "listRules"},
    "people": {"listPeople", "getPerson"},
    "webhooks": {"listWebhooks", "listWebhookMessages", "listWebhookAttempts"},
}
NOTHING_OF_ITS_OWN = {
    "today": "puts together what the lists tell",
    "settings": "leads to the pages of the settings",
    "signin": _SIGN_IN,
}


def area_of(module: str) -> str:
    return module.removeprefix("web.console.areas.").partition(".")[0]


def test_every_change_of_the_console_is_an_endpoint_or_is_left_out_for_a_reason() -> None:
    changes = {route.path for route in console_routes() if route.method == "POST"}
    assert changes == set(CHANGED) | set(LEFT_OUT)
    assert not set(CHANGED) & set(LEFT_OUT)
    assert set(CHANGED.values()) <= {one.name for one in ENDPOINTS}


def test_what_every_area_shows_is_told_here_too() -> None:
    areas = {area_of(route.handler.__module__) for route in console_routes()}
    named = {name for names in SHOWN.values() for name in names}
    reading = {one.name for one in ENDPOINTS if one.method == "GET"}
    # saved filters have no page of their own: they stand above the lists
    assert areas - {"filters"} == set(SHOWN) | set(NOTHING_OF_ITS_OWN)
    assert named <= reading


def test_what_the_console_asks_a_fresh_proof_for_needs_the_grave_scope() -> None:
    grave = {one.name for one in ENDPOINTS if one.grave}
    proved = {
        CHANGED[route.path]
        for route in console_routes()
        if route.proved and route.method == "POST" and route.path in CHANGED
    }
    assert proved == grave


def test_what_is_left_out_stands_in_the_guide() -> None:
    guide = GUIDE.read_text("utf-8")
    assert [path for path in LEFT_OUT if f"`{path}`" not in guide] == []


async def test_a_key_without_the_grave_scope_does_nothing_grave(office: Office) -> None:
    issued = await office.hub.tokens.issue("all", "日常", actor="admin")
    told = {"kind": "recall", "reason": "有误"}
    item = await office.notice()
    problem = await office.refused(
        issued.secret, "POST", f"{item}/recalls", told, status=403, code="scope-needed"
    )
    assert "grave" in problem["remedy"]["en"]
