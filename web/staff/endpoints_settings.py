"""The table's rows for what the console has under its settings, and for the boards' last steps."""

from __future__ import annotations

from hub.organisations.tokens.scopes import Scope
from web.staff import (
    absences,
    alarms,
    board_shapes,
    bodies,
    calendars,
    connecting,
    handling_shapes,
    incidents,
    keys,
    lists,
    measures,
    people,
)
from web.staff.endpoint import Endpoint
from web.staff.rows import get, post

__all__ = ["SETTINGS_ENDPOINTS"]

_ADMIN, _PUBLISH, _DESK = Scope.ADMIN, Scope.PUBLISH, Scope.DESK
_ACCOUNT, _PERSON = "/accounts/{account}", "/people/{login}"

_INCIDENTS = (
    get("/incidents", "listIncidents", ("故障：一个原因一条", "one cause, one incident"),
        incidents.list_incidents, incidents.StaffIncidents, incidents.AskIncidents),
    get("/incidents/{incident}", "readIncident", ("一个故障", "one, and what resuming would do"),
        incidents.read_incident, incidents.StaffIncidentView),
    post("/incidents/{incident}/resume", "resumeIncident", ("整批恢复", "start them all again"),
         incidents.resume_incident, incidents.StaffResumed, _PUBLISH, incidents.ResumeIncident),
    post("/incidents/{incident}/close", "closeIncident", ("关闭故障", "close it"),
         incidents.close_incident, incidents.StaffIncidentView, _PUBLISH),
    get(f"{_ACCOUNT}/breakers", "listBreakers", ("账号的熔断", "breakers that hold it back"),
        incidents.list_breakers, incidents.StaffBreakers),
    post(f"{_ACCOUNT}/breakers/release", "releaseBreaker", ("解除熔断", "try it again now"),
         incidents.release_breaker, incidents.StaffLetGo, _PUBLISH, incidents.ReleaseBreaker),
)  # fmt: skip

_CONNECTING = (
    get("/account-forms", "listForms", ("接入各渠道所需", "what each channel's accounts need"),
        connecting.list_forms, connecting.StaffForms, None, _ADMIN),
    post("/accounts", "connectAccount", ("接入账号，凭据只进不出", "connect an account"),
         connecting.connect_account, board_shapes.StaffAccount, _ADMIN,
         connecting.ConnectAccount, 201, grave=True),
    post(f"{_ACCOUNT}/credentials", "renewAccount", ("更换凭据", "other credentials"),
         connecting.renew_account, board_shapes.StaffAccount, _ADMIN,
         connecting.RenewAccount, grave=True),
    post(f"{_ACCOUNT}/callback", "makeCallback", ("回调地址与新密钥", "its callback, new secrets"),
         connecting.make_callback, connecting.StaffCallback, _ADMIN, grave=True, secret=True),
    post(f"{_ACCOUNT}/filing", "fileAccount", ("备案状态", "its filing"),
         connecting.file_account, board_shapes.StaffAccount, _ADMIN, connecting.FileAccount),
    post(f"{_ACCOUNT}/tests/{{test}}/seen", "sawTest", ("人工核实测试帖", "what a person saw"),
         connecting.saw_test, handling_shapes.StaffTrial, _ADMIN, connecting.SawTest),
)  # fmt: skip

_PEOPLE = (
    get("/bodies", "listBodies", ("可见单位", "bodies in sight"),
        bodies.list_bodies, bodies.StaffBodies),
    post("/bodies", "enterBody", ("登记单位", "enter one"),
         bodies.enter_body, bodies.StaffBody, _ADMIN, bodies.EnterBody, 201),
    get("/bodies/{code}", "getBody", ("一个单位", "a body"), bodies.get_body, bodies.StaffBody),
    post("/bodies/{code}", "changeBody", ("修改单位", "change it"),
         bodies.change_body, bodies.StaffBody, _ADMIN, bodies.ChangeBody),
    get("/people", "listPeople", ("人员与角色", "people and their roles"),
        people.list_people, people.StaffPeople, people.AskPeople, _ADMIN),
    post("/people", "enterPerson", ("登记人员", "enter one"),
         people.enter_person, people.StaffPersonView, _ADMIN, people.EnterPerson, 201),
    post("/people-lists/trials", "tryPeople", ("名单试算，不写入", "try a list; nothing written"),
         people.try_people, people.StaffPeopleTried, _ADMIN, people.ListPeople),
    post("/people-lists", "takePeople", ("导入名单", "take a list, whole or not at all"),
         people.take_people, people.StaffPeopleTaken, _ADMIN, people.ListPeople, grave=True),
    get(_PERSON, "getPerson", ("一个人员", "a person"),
        people.get_person, people.StaffPersonView, None, _ADMIN),
    post(_PERSON, "changePerson", ("改名、启用或停用", "another name, or in or out"),
         people.change_person, people.StaffPersonView, _ADMIN, people.ChangePerson),
    post(f"{_PERSON}/roles", "giveRole", ("授予角色", "give a role"),
         people.give_role, people.StaffPersonView, _ADMIN, people.GiveRole, grave=True),
    post(f"{_PERSON}/roles/revocation", "takeRole", ("收回角色", "take one back"),
         people.take_role, people.StaffPersonView, _ADMIN, people.GiveRole, grave=True),
)  # fmt: skip

_KEYS = (
    get("/keys", "listKeys", ("密钥，不含密文", "keys, never their secrets"),
        keys.list_keys, keys.StaffKeys, keys.AskKeys),
    post("/keys", "makeKey", ("换发密钥，权限不超过当前密钥", "one that may no more than this one"),
         keys.make_key, keys.StaffKeyMade, _ADMIN, keys.MakeKey, 201, grave=True, secret=True),
    post("/keys/{key}/revocation", "revokeKey", ("撤销密钥", "end one"),
         keys.revoke_key, keys.StaffKey, _ADMIN, keys.RevokeKey, grave=True),
    get("/delegations", "listDelegations", ("代签", "who signs for whom"),
        absences.list_delegations, absences.StaffDelegations, absences.AskDelegations),
    post("/delegations", "delegate", ("委托代签", "have somebody sign for oneself"),
         absences.delegate, absences.StaffDelegation, Scope.REVIEW, absences.Delegate, 201,
         grave=True),
    post("/delegations/{delegation}/revocation", "revokeDelegation", ("撤销代签", "end it"),
         absences.revoke_delegation, absences.StaffDelegation, Scope.REVIEW),
)  # fmt: skip

_LISTS = (
    get("/word-lists", "listWordLists", ("词表各版本", "word lists and their versions"),
        lists.list_word_lists, lists.StaffWordLists),
    post("/word-lists", "replaceWords", ("导入词表的下一版", "the next version of one"),
         lists.replace_words, lists.StaffWordList, _ADMIN, lists.ReplaceWords, 201),
    get("/word-lists/{list}", "readWords", ("一份词表", "a list's entries"),
        lists.read_words, lists.StaffWordList, lists.AskWords),
    get("/synonyms", "readSynonyms", ("同义词", "what people say, and what it is called"),
        lists.read_synonyms, lists.StaffSynonyms),
    post("/synonyms", "replaceSynonyms", ("导入同义词", "another list of synonyms"),
         lists.replace_synonyms, lists.StaffSynonyms, _ADMIN, lists.ReplaceSynonyms),
    get("/rules", "listRules", ("检查规则的级别", "how severe rules are in a body"),
        lists.list_rules, lists.StaffRules, lists.AskRules),
    post("/rules", "setSeverity", ("调整级别", "stricter or milder there"),
         lists.set_severity, lists.StaffRules, _ADMIN, lists.SetSeverity),
    post("/checks", "tryText", ("试查一段文字，不保存", "hold a text against the lists"),
         lists.try_text, lists.StaffTried, Scope.READ, lists.TryText),
)  # fmt: skip

_TIMES = (
    get("/days", "readYear", ("一年的工作日", "the working days of a year"),
        calendars.read_year, calendars.StaffYear, calendars.AskYear),
    get("/silences", "listSilences", ("静默期", "when nothing routine goes out"),
        calendars.list_silences, calendars.StaffSilences),
    post("/silences", "declareSilence", ("宣布静默期", "declare one"),
         calendars.declare_silence, calendars.StaffSilenceMade, _PUBLISH,
         calendars.DeclareSilence, 201),
    post("/silences/{silence}/lift", "liftSilence", ("解除静默期", "lift it"),
         calendars.lift_silence, calendars.StaffSilence, _PUBLISH),
    get("/desk-hours", "listHours", ("坐席工作时间", "when desks answer"),
        calendars.list_hours, calendars.StaffHoursPage, calendars.AskHours),
    post("/desk-hours", "setHours", ("设定工作时间", "set them"),
         calendars.set_hours, calendars.StaffHours, _ADMIN, calendars.SetHours),
    get("/limits", "readLimits", ("分批与渠道", "rings and channels"),
        calendars.read_limits, calendars.StaffLimits),
)  # fmt: skip

_MEASURES = (
    get("/alerts", "readAlerting", ("告警去向与近况", "who is alerted, and of what"),
        alarms.read_alerting, alarms.StaffAlerting, None, _ADMIN),
    post("/alerts/trials", "tryAlerts", ("试发告警", "a word to every address"),
         alarms.try_alerts, alarms.StaffAlertsTried, _ADMIN),
    get("/audit/proof", "readProof", ("审计链验证", "the walk over the chain"),
        alarms.read_proof, alarms.StaffProofs, None, Scope.AUDIT),
    post("/audit/proof", "beginProof", ("开始验证", "begin it"),
         alarms.begin_proof, alarms.StaffProof, Scope.AUDIT),
    get("/supervision", "readSupervision", ("监测指标", "how every body stands"),
        measures.read_supervision, measures.StaffSupervision, measures.AskSupervision),
    get("/liveness", "listLives", ("久未更新的账号", "who has to publish again"),
        measures.list_lives, measures.StaffLives, measures.AskLiveness),
    get("/desk/figures", "readDeskFigures", ("坐席成效", "how the desk does"),
        measures.read_figures, measures.StaffDeskFigures, measures.AskFigures, _DESK),
    get("/desk/canned", "listCanned", ("常用答复", "canned answers"),
        measures.list_canned, measures.StaffCannedAnswers, measures.AskCanned, _DESK),
)  # fmt: skip

SETTINGS_ENDPOINTS: tuple[Endpoint, ...] = (
    *_INCIDENTS,
    *_CONNECTING,
    *_PEOPLE,
    *_KEYS,
    *_LISTS,
    *_TIMES,
    *_MEASURES,
)
