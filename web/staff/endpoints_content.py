"""The table's rows for an item's files and graphics, lists as files, and what recurs."""

from __future__ import annotations

from dataclasses import replace

from hub.kernel.errors import Words
from hub.organisations.tokens.scopes import Scope
from web.staff import asked, exporting, files, filters, recurring, requests
from web.staff.endpoint import Endpoint
from web.staff.rows import get, post

__all__ = ["CONTENT_ENDPOINTS"]

_ITEM = "/items/{item}"
_READ, _WRITE, _PUBLISH = Scope.READ, Scope.WRITE, Scope.PUBLISH
_DRAWN = (
    *("image/png", "application/pdf", "application/zip", "application/json", "text/markdown"),
)

_FILES = (
    get(f"{_ITEM}/attachments", "listFiles", ("附件", "files of an item"),
        files.list_files, files.StaffFiles),
    Endpoint(
        method="POST",
        path=f"{_ITEM}/attachments",
        name="attachFile",
        words=Words("添加附件，先查后存", "add a file, which is looked into before it is kept"),
        needs=_WRITE,
        handler=files.attach_file,
        asks=files.AskAttach,
        answers=files.StaffFiles,
        status=201,
        takes_file=files.MOST_BYTES,
    ),
    get(f"{_ITEM}/attachments/{{sha256}}", "readFile", ("附件的字节", "a file's bytes"),
        files.read_file, None, gives=("application/octet-stream",)),
    post(f"{_ITEM}/detachments", "detachFile", ("移除附件", "take a file off"),
         files.detach_file, files.StaffFiles, _WRITE, files.DetachFile),
    post(f"{_ITEM}/masks", "maskFinding", ("遮盖检查所见", "mask what the checks found"),
         files.mask_finding, files.StaffFiles, _WRITE, files.MaskFinding),
    get(f"{_ITEM}/previews", "listPreviews", ("各渠道模板的样子", "what templates make of it"),
        files.list_previews, files.StaffPreviews, files.AskPreviews),
    get(f"{_ITEM}/covers/{{theme}}", "drawCover", ("某样式的封面", "a theme's cover"),
        files.draw_cover, None, gives=("image/png",)),
    get(f"{_ITEM}/versions/{{version}}", "readVersion", ("某一版本", "a version as it was"),
        recurring.read_version, recurring.StaffVersion),
)  # fmt: skip

_GRAPHICS = (
    get(f"{_ITEM}/graphics/draft", "draftGraphic", ("图解草稿", "a first draft by rules"),
        files.draft_graphic, files.StaffGraphic),
    replace(
        post(f"{_ITEM}/graphics/drawings", "drawGraphic", ("画出图解，不保存", "draw it only"),
             files.draw_graphic, None, _READ, files.DrawGraphic),
        gives=_DRAWN,
    ),
    post(f"{_ITEM}/graphics", "attachGraphic", ("图解附入信息", "attach a graphic"),
         files.attach_graphic, files.StaffFiles, _WRITE, files.AttachGraphic, 201),
)  # fmt: skip

_RECURRENCES = (
    get(f"{_ITEM}/recurrences", "listRecurrences", ("定期发布", "what comes again and again"),
        recurring.list_recurrences, recurring.StaffRecurrences),
    post(f"{_ITEM}/recurrences", "addRecurrence", ("新增定期发布", "have it come again"),
         recurring.add_recurrence, recurring.StaffRecurrence, _PUBLISH, asked.Recur, 201),
    post(f"{_ITEM}/recurrences/{{recurrence}}/stop", "stopRecurrence", ("停止", "no more of it"),
         recurring.stop_recurrence, recurring.StaffRecurrences, _PUBLISH),
)  # fmt: skip

_EXPORTS = (
    get("/exports/items", "exportItems", ("导出信息", "items as a file"),
        exporting.export_items, None, exporting.ExportItems, gives=exporting.FORMS),
    get("/exports/deliveries", "exportDeliveries", ("导出投递", "deliveries as a file"),
        exporting.export_deliveries, None, exporting.ExportDeliveries, gives=exporting.FORMS),
    get("/exports/accounts", "exportAccounts", ("导出账号", "accounts as a file"),
        exporting.export_accounts, None, exporting.ExportAccounts, gives=exporting.FORMS),
    get("/exports/cases", "exportCases", ("导出舆情件", "cases as a file"),
        exporting.export_cases, None, exporting.ExportCases, Scope.OPINION, exporting.FORMS),
    get("/exports/signals", "exportSignals", ("导出舆情信息", "what is said, as a file"),
        exporting.export_signals, None, exporting.ExportSignals, Scope.OPINION, exporting.FORMS),
    get("/exports/events", "exportEvents", ("导出审计日志", "the audit log as a table"),
        exporting.export_events, None, exporting.ExportEvents, Scope.AUDIT, exporting.FORMS),
)  # fmt: skip

_OWN = (
    get("/filters", "listFilters", ("自己保存的筛选", "filters that one keeps"),
        filters.list_filters, filters.StaffFilters, filters.AskFilters),
    post("/filters", "keepFilter", ("保存筛选", "keep one"),
         filters.keep_filter, filters.StaffFilter, _READ, filters.KeepFilter, 201),
    post("/filters/deletion", "dropFilter", ("删除筛选", "drop one"),
         filters.drop_filter, filters.StaffFilters, _READ, filters.DropFilter),
    get("/requests", "findRequest", ("某幂等键做了什么", "what an idempotency key did"),
        requests.find_request, requests.StaffRequest, requests.AskRequest),
)  # fmt: skip

CONTENT_ENDPOINTS: tuple[Endpoint, ...] = (*_FILES, *_GRAPHICS, *_RECURRENCES, *_EXPORTS, *_OWN)
