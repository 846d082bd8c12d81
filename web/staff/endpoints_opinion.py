"""The table's rows for what else is done about public opinion: cases, topics, watches, briefs."""

from __future__ import annotations

from hub.organisations.tokens.scopes import Scope
from web.staff import briefs, casework, quoting, reports, topics, watches
from web.staff.endpoint import Endpoint
from web.staff.opinion_shapes import StaffCaseView
from web.staff.rows import get, post

__all__ = ["OPINION_ENDPOINTS"]

_OPINION = Scope.OPINION
_CASE, _ISSUE = "/opinion/cases/{case}", "/opinion/issues/{issue}"
_PROPOSAL = "/opinion/proposals/{proposal}"

_CASES = (
    post(f"{_CASE}/assignment", "assignCase", ("指定承办人", "name who handles it"),
         casework.assign_case, StaffCaseView, _OPINION, casework.AssignCase),
    post(f"{_CASE}/announcement", "announceCase", ("权威信息或发布会", "information is out"),
         casework.announce_case, StaffCaseView, _OPINION, casework.AnnounceCase),
    post(f"{_CASE}/draft", "draftCase", ("拟写回应", "the answer as an item"),
         casework.draft_case, StaffCaseView, _OPINION, casework.DraftCase),
    post(f"{_CASE}/response", "respondCase", ("回应已公开", "the answer is public"),
         casework.respond_case, StaffCaseView, _OPINION),
    post(f"{_CASE}/rating", "rateCase", ("满意度", "how satisfied the citizen is"),
         casework.rate_case, StaffCaseView, _OPINION, casework.RateCase),
    post(f"{_CASE}/close", "closeCase", ("办结", "close it"),
         casework.close_case, StaffCaseView, _OPINION, casework.CloseCase),
    post(f"{_CASE}/reopening", "reopenCase", ("重办", "not solved: once more"),
         casework.reopen_case, StaffCaseView, _OPINION, casework.ReopenCase),
    get(f"{_CASE}/facts", "listFacts", ("回应引用的内容", "what its answer quotes"),
        quoting.list_facts, quoting.StaffFacts, None, _OPINION),
    post(f"{_CASE}/facts", "quoteFact", ("引用已公开信息", "quote a published item"),
         quoting.quote_fact, quoting.StaffFacts, _OPINION, quoting.QuoteFact, 201),
    post(f"{_CASE}/facts/{{fact}}/change", "changeFact", ("改引用", "quote other words"),
         quoting.change_fact, quoting.StaffFacts, _OPINION, quoting.ChangeFact),
    post(f"{_CASE}/facts/{{fact}}/removal", "removeFact", ("不再引用", "quote it no more"),
         quoting.remove_fact, quoting.StaffFacts, _OPINION),
    get("/opinion/proposals", "listProposals", ("建议立件", "cases that figures suggest"),
        casework.list_proposals, casework.StaffProposals, None, _OPINION),
    post(f"{_PROPOSAL}/acceptance", "acceptProposal", ("立件", "open it"),
         casework.accept_proposal, StaffCaseView, _OPINION, None, 201),
    post(f"{_PROPOSAL}/refusal", "refuseProposal", ("不立件", "decline, with the reason"),
         casework.refuse_proposal, casework.StaffProposals, _OPINION, casework.RefuseProposal),
)  # fmt: skip

_TOPICS = (
    get("/opinion/suggestions", "listSuggestions", ("合并与拆分建议", "to merge, to split"),
        topics.list_suggestions, topics.StaffSuggestions, None, _OPINION),
    post("/opinion/suggestions/acceptance", "acceptSuggestion", ("采纳", "do it"),
         topics.accept_suggestion, topics.StaffIssueHeads, _OPINION, topics.ChooseSuggestion),
    post("/opinion/suggestions/refusal", "refuseSuggestion", ("不采纳", "leave them so"),
         topics.refuse_suggestion, topics.StaffSuggestions, _OPINION, topics.RefuseSuggestion),
    post(f"{_ISSUE}/split", "splitIssue", ("拆分事项", "split it"),
         topics.split_issue, topics.StaffIssueHeads, _OPINION),
    post(f"{_ISSUE}/unlinking", "unlinkClarification", ("并非同一事", "it answers something else"),
         topics.unlink_clarification, topics.StaffIssueHeads, _OPINION),
    get("/opinion/rumours", "listRumours", ("传言与澄清", "hearsay, and what answers it"),
        topics.list_rumours, topics.StaffRumours, topics.AskRumours, _OPINION),
)  # fmt: skip

_WATCHES = (
    get("/opinion/watches", "listWatches", ("关注方案", "words that are followed"),
        watches.list_watches, watches.StaffWatches, None, _OPINION),
    post("/opinion/watches", "makeWatch", ("新建方案", "make one"),
         watches.make_watch, watches.StaffWatch, _OPINION, watches.KeepWatch, 201),
    post("/opinion/watches/change", "changeWatch", ("修改方案", "other words for it"),
         watches.change_watch, watches.StaffWatch, _OPINION, watches.KeepWatch),
    post("/opinion/watches/step", "stepWatch", ("暂停或继续", "pause it or go on"),
         watches.step_watch, watches.StaffWatch, _OPINION, watches.StepWatch),
    get("/opinion/sources", "listSources", ("信息来源", "feeds that are read"),
        watches.list_sources, watches.StaffSources, None, _OPINION),
    post("/opinion/sources", "enterSource", ("新增来源", "enter one"),
         watches.enter_source, watches.StaffSource, _OPINION, watches.EnterSource, 201),
    post("/opinion/sources/step", "stepSource", ("暂停或继续", "pause it or go on"),
         watches.step_source, watches.StaffSource, _OPINION, watches.StepSource),
    post("/opinion/sources/check", "checkSource", ("立即读取", "read it now"),
         watches.check_source, watches.StaffReading, _OPINION, watches.CheckSource),
    get("/opinion/models", "listModels", ("研判模型各版", "versions of what judges"),
        watches.list_models, watches.StaffModels, None, _OPINION),
    post("/opinion/models/use", "useModel", ("启用某版", "let one judge from now on"),
         watches.use_model, watches.StaffModels, _OPINION, watches.UseModel),
    post("/opinion/models/training", "trainModel", ("重新训练", "train anew"),
         watches.train_model, watches.StaffModel, _OPINION, watches.TrainModel, 201),
)  # fmt: skip

_BRIEFS = (
    get("/opinion/briefs", "listBriefs", ("日报与周报", "daily and weekly briefs"),
        briefs.list_briefs, briefs.StaffBriefs, briefs.AskBriefs, _OPINION),
    post("/opinion/briefs", "makeBrief", ("编制", "make one"),
         briefs.make_brief, briefs.StaffBrief, _OPINION, briefs.MakeBrief, 201),
    get("/opinion/briefs/{brief}", "readBrief", ("一期", "one of them, as data"),
        briefs.read_brief, briefs.StaffBriefView, None, _OPINION),
    get("/opinion/briefs/{brief}/files/{file}", "readBriefFile", ("文件", "a file of it"),
        briefs.read_brief_file, None, None, _OPINION, tuple(briefs.FILES.values())),
    get("/opinion/subscribers", "listSubscribers", ("订阅", "who gets them by mail"),
        briefs.list_subscribers, briefs.StaffSubscribers, None, _OPINION),
    post("/opinion/subscribers", "subscribe", ("订阅简报", "have them sent"),
         briefs.subscribe, briefs.StaffSubscribers, _OPINION, briefs.Subscribe, 201),
    post("/opinion/subscribers/removal", "unsubscribe", ("退订", "no more"),
         briefs.unsubscribe, briefs.StaffSubscribers, _OPINION, briefs.Unsubscribe),
    post("/opinion/report-previews", "previewReport", ("试编，不保存", "look at it; kept nowhere"),
         reports.preview_report, reports.StaffReportPreview, _OPINION, reports.PreviewReport),
)  # fmt: skip

OPINION_ENDPOINTS: tuple[Endpoint, ...] = (*_CASES, *_TOPICS, *_WATCHES, *_BRIEFS)
