"""The text of the item that publishes a version: what is listed, what was changed, and the hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.catalogue.keyareas.changes import counted
from hub.catalogue.keyareas.models import Change, ChangeKind, Entry, KeyList, ListVersion
from hub.catalogue.keyareas.rules import title_of
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.keyareas.values import shown_value

__all__ = ["CHANGE_WORDS", "change_line", "list_title", "summary_of", "text_of", "title_of_version"]

CHANGE_WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.ADDED: "新增",
    ChangeKind.CHANGED: "修改",
    ChangeKind.REMOVED: "取消",
}
_MOST_LINES = 500  # a longer list is read on its own page; the hash covers all of it
_LONGEST_VALUE = 80


def list_title(form: Form, found: KeyList) -> str:
    """四川省教育厅2026年民生工程"""
    year = f"{found.key.year}年" if form.yearly else ""
    return f"{found.body_name}{year}{form.words.zh}"


def title_of_version(form: Form, found: KeyList, version: ListVersion) -> str:
    return f"{list_title(form, found)}（第{version.number}版）"


def summary_of(version: ListVersion, changes: Sequence[Change] | None) -> str:
    """One sentence; `changes` is None for the first version."""
    day = version.effective_on
    since = f"自{day.year}年{day.month}月{day.day}日起执行，共{version.size}项"
    if changes is None:
        return f"{since}。"
    counts = counted(changes)
    told = "，".join(f"{CHANGE_WORDS[kind]}{count}项" for kind, count in counts.items())
    return f"{since}；本次{told}。"


def text_of(
    form: Form,
    found: KeyList,
    version: ListVersion,
    entries: Sequence[Entry],
    changes: Sequence[Change] | None,
) -> str:
    """Paragraphs as items have them. Without `changes` the entries are listed."""
    parts = [f"{list_title(form, found)}第{version.number}版，{summary_of(version, changes)}"]
    if version.note:
        parts.append(f"调整原因：{version.note}")
    titles = {entry.code: title_of(form, entry.values) for entry in entries}
    if changes is None:
        parts.append("## 清单内容")
        parts += _capped([f"{code}　{title}" for code, title in titles.items()])
    else:
        parts.append("## 动态调整情况")
        parts += _capped([change_line(form, change, titles) for change in changes])
    parts += ["## 内容校验", f"清单全文校验码（SHA-256）：{version.hash}"]
    return "\n\n".join(parts)


def change_line(form: Form, change: Change, titles: Mapping[str, str]) -> str:
    """修改　CD-01　某项目：进度由“30%”改为“45%”"""
    values = {f.field: f.old if change.kind is ChangeKind.REMOVED else f.new for f in change.fields}
    title = titles.get(change.code) or str(values.get(form.title) or "")
    head = f"{CHANGE_WORDS[change.kind]}　{change.code}　{title}"
    if change.kind is not ChangeKind.CHANGED:
        return head
    return f"{head}：{'；'.join(_field_lines(form, change))}"


def _field_lines(form: Form, change: Change) -> Iterator[str]:
    for told in change.fields:
        field = form.field(told.field)
        old, new = (_short(shown_value(field, value)) for value in (told.old, told.new))
        yield f"{field.words.zh}由“{old}”改为“{new}”"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else f"{line[: _LONGEST_VALUE - 1]}…"


def _capped(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"（其余{len(lines) - _MOST_LINES}项见清单全文）"
