"""Word, Excel, PowerPoint and OFD files: what they say, what hides in them, and their cleaning.

ECMA-376 names: w:ins, w:del, w:vanish, sheet@state, row@hidden, col@hidden, sld@show; metadata in
docProps. OFD (GB/T 33190-2016): TextCode in Content.xml, DocInfo in OFD.xml.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, tostring

from hub.catalogue.attachments.archives import Archive
from hub.catalogue.attachments.models import FileKind, Flaw
from hub.kernel.errors import Words

__all__ = ["cleaned_office", "office_flaws", "office_text"]

_METADATA = ("docProps/core.xml", "docProps/app.xml", "OFD.xml")
_MAKERS = {"creator", "lastModifiedBy", "Company", "Manager", "Author", "Creator"}
_REVISIONS = {"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel"}
_COMMENTS = ("comment", "cm", "threadedComment")
_OFF = {"0", "false", "off"}
_PARAGRAPHS = {"p", "row", "TextObject"}
_TEXTS = {"t", "TextCode", "v"}
_HARMLESS_LINKS = ("/hyperlink",)


def office_text(archive: Archive, kind: FileKind) -> str:
    """What can be read in it, a paragraph, row or line of a page on a line of its own."""
    shared = _shared_strings(archive) if kind is FileKind.XLSX else []
    lines: list[str] = []
    for name in _content_parts(archive, kind):
        root = archive.xml(name)
        if root is not None:
            lines += [line for line in _lines(root, shared) if line.strip()]
    return "\n".join(lines)


def office_flaws(archive: Archive, kind: FileKind) -> Iterator[Flaw]:
    """Everything in it that a reader does not see at first, or that names its makers."""
    yield from _maker_flaws(archive)
    yield from _part_flaws(archive)
    for name in archive.names:
        if name.endswith(".rels"):
            yield from _link_flaws(archive, name)
    if kind is FileKind.DOCX:
        for name in _content_parts(archive, kind):
            yield from _word_flaws(archive, name)
    elif kind is FileKind.XLSX:
        yield from _sheet_flaws(archive)
    elif kind is FileKind.PPTX:
        yield from _slide_flaws(archive)


def cleaned_office(archive: Archive) -> bytes:
    """The same file without its makers' names; contents stay as they are."""
    changed = {}
    for name in _METADATA:
        root = archive.xml(name)
        if root is None:
            continue
        for element in root.iter():
            if _local(element) in _MAKERS:
                element.text = ""
        changed[name] = tostring(root, encoding="UTF-8", xml_declaration=True)
    return archive.rewritten(changed)


def _content_parts(archive: Archive, kind: FileKind) -> list[str]:
    if kind is FileKind.DOCX:
        names = ("document", "header", "footer", "footnotes", "endnotes")
        return [n for n in archive.under("word/") if n.removeprefix("word/").startswith(names)]
    if kind is FileKind.XLSX:
        return list(archive.under("xl/worksheets/sheet"))
    if kind is FileKind.PPTX:
        return [*archive.under("ppt/slides/slide"), *archive.under("ppt/notesSlides/")]
    return list(archive.under("", "Content.xml"))


def _lines(root: Element, shared: list[str]) -> Iterator[str]:
    """The text of every innermost paragraph or row; deleted text is not part of it."""
    for block in root.iter():
        if _local(block) in _PARAGRAPHS:
            yield (
                "\t".join(_pieces(block, shared))
                if _local(block) == "row"
                else "".join(_pieces(block, shared))
            )


def _pieces(block: Element, shared: list[str]) -> Iterator[str]:
    for element in block.iter():
        name = _local(element)
        if name == "c":
            yield _cell(element, shared)
        elif name in _TEXTS and _local(block) != "row":
            yield element.text or ""


def _cell(cell: Element, shared: list[str]) -> str:
    inner = "".join(e.text or "" for e in cell.iter() if _local(e) in ("v", "t"))
    if cell.get("t") == "s" and inner.isdigit() and int(inner) < len(shared):
        return shared[int(inner)]
    return inner


def _shared_strings(archive: Archive) -> list[str]:
    root = archive.xml("xl/sharedStrings.xml")
    items = () if root is None else (e for e in root if _local(e) == "si")
    return ["".join(t.text or "" for t in item.iter() if _local(t) == "t") for item in items]


def _maker_flaws(archive: Archive) -> Iterator[Flaw]:
    for name in _METADATA:
        root = archive.xml(name)
        for element in () if root is None else root.iter():
            if _local(element) in _MAKERS and (element.text or "").strip():
                yield Flaw(
                    name="metadata",
                    words=Words("元数据含制作人或单位", "metadata name who made it"),
                    grave=False,
                    detail=f"{_local(element)}: {(element.text or '').strip()}",
                )


def _part_flaws(archive: Archive) -> Iterator[Flaw]:
    for name in archive.names:
        lowered = name.lower()
        if "comments" in lowered and lowered.endswith(".xml"):
            if _holds(archive, name, _COMMENTS):
                yield _grave("comments", "含批注", "it has comments", name)
        elif "/embeddings/" in lowered or "/activex/" in lowered:
            yield _grave("embedded", "内嵌其他文件", "another file is embedded", name)
        elif lowered.startswith("xl/externallinks/") and lowered.endswith(".xml"):
            yield _grave("external-link", "引用外部工作簿", "it refers to another workbook", name)


def _link_flaws(archive: Archive, name: str) -> Iterator[Flaw]:
    """Relations to the outside that are followed when the file is opened, unlike a hyperlink."""
    root = archive.xml(name)
    for relation in () if root is None else root.iter():
        outside = relation.get("TargetMode") == "External"
        kind = relation.get("Type", "")
        if outside and not kind.endswith(_HARMLESS_LINKS) and "externalLink" not in kind:
            detail = relation.get("Target", "")[:200]
            yield _grave("external-link", "打开时读取外部内容", "it loads what is outside", detail)


def _word_flaws(archive: Archive, name: str) -> Iterator[Flaw]:
    root = archive.xml(name)
    if root is None:
        return
    changes = sum(_local(e) in _REVISIONS for e in root.iter())
    if changes:
        detail = f"{name}: {changes}"
        yield _grave("tracked-changes", "含未接受的修订", "it has tracked changes", detail)
    hidden = "".join(_hidden_text(run) for run in root.iter() if _local(run) == "r")
    if hidden.strip():
        yield _grave("hidden-text", "含隐藏文字", "it has hidden text", hidden[:100])


def _hidden_text(run: Element) -> str:
    """The text of a run that is marked as vanished."""
    marks = [m for e in run if _local(e) == "rPr" for m in e if _local(m) == "vanish"]
    values = [next((v for k, v in m.attrib.items() if k.endswith("val")), "1") for m in marks]
    if not any(value not in _OFF for value in values):
        return ""
    return "".join(e.text or "" for e in run if _local(e) == "t")


def _sheet_flaws(archive: Archive) -> Iterator[Flaw]:
    book = archive.xml("xl/workbook.xml")
    for sheet in () if book is None else book.iter():
        if _local(sheet) == "sheet" and sheet.get("state") in ("hidden", "veryHidden"):
            detail = f"{sheet.get('name')} ({sheet.get('state')})"
            yield _grave("hidden-sheet", "含隐藏工作表", "it has a hidden sheet", detail)
    for name in archive.under("xl/worksheets/sheet"):
        root = archive.xml(name)
        hidden = [
            _local(e)
            for e in (() if root is None else root.iter())
            if _local(e) in ("row", "col") and e.get("hidden", "0").lower() not in _OFF
        ]
        if hidden:
            detail = f"{name}: {hidden.count('row')} rows, {hidden.count('col')} columns"
            yield _grave("hidden-cells", "含隐藏行列", "it has hidden rows or columns", detail)


def _slide_flaws(archive: Archive) -> Iterator[Flaw]:
    for name in archive.under("ppt/slides/slide"):
        root = archive.xml(name)
        if root is not None and root.get("show", "1").lower() in _OFF:
            yield _grave("hidden-slide", "含隐藏幻灯片", "it has a hidden slide", name)
    for name in archive.under("ppt/notesSlides/"):
        if _holds(archive, name, {"t"}):
            yield _grave("notes", "含演讲者备注", "it has speaker's notes", name)


def _holds(archive: Archive, name: str, tags: Collection[str]) -> bool:
    """Whether a part has an element of these names with a text in it."""
    root = archive.xml(name)
    found = () if root is None else (e for e in root.iter() if _local(e) in tags)
    return any("".join(element.itertext()).strip() for element in found)


def _grave(name: str, zh: str, en: str, detail: str) -> Flaw:
    return Flaw(name=name, words=Words(zh, en), grave=True, detail=detail)


def _local(element: Element) -> str:
    """A tag without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]
