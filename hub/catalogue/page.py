"""What a government page says of its document: the table of metadata, the meta tags, the text.

The table (索引号, 主题分类, 发文机关, 成文日期, 发文字号, 发布日期 …) is what the page's readers
see, so it goes before the meta tags of 国办发〔2017〕47号 (ArticleTitle, PubDate, ContentSource …).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["FIELDS", "decoded", "read_page"]

# label as printed, without spaces and colon → field of an item
_LABELS: Mapping[str, str] = {
    "索引号": "index_no",
    "索引号码": "index_no",
    "主题分类": "theme",
    "体裁": "genre",
    "体裁分类": "genre",
    "服务对象": "audience",
    "发文机关": "issuer",
    "发布机构": "issuer",
    "制发机关": "issuer",
    "成文日期": "formed_on",
    "生成日期": "formed_on",
    "发文日期": "formed_on",
    "标题": "title",
    "名称": "title",
    "信息名称": "title",
    "发文字号": "doc_no",
    "文号": "doc_no",
    "发布文号": "doc_no",
    "文件编号": "doc_no",
    "发布日期": "source_published_on",
    "公开日期": "source_published_on",
    "主题词": "keywords",
    "关键词": "keywords",
    "内容概述": "summary",
    "公开方式": "attribute",
    "有效性": "validity",
    "生效日期": "valid_from",
    "实施日期": "valid_from",
    "失效日期": "valid_until",
    "废止日期": "valid_until",
    "责任单位": "unit",
    "责任部门": "unit",
}
_META: Mapping[str, str] = {
    "articletitle": "title",
    "pubdate": "source_published_on",
    "contentsource": "issuer",
    "keywords": "keywords",
    "description": "summary",
    "url": "source_url",
}
FIELDS = frozenset({*_LABELS.values(), *_META.values(), "body"})

_CONTENT = (
    "#UCAP-CONTENT", ".pages_content", "#zoom", ".TRS_Editor", ".article-content",
    "#articleContent", ".article_content", "article", "#content", ".content",
)  # fmt: skip
_CELLS = "td, th, dt, dd, li, span, b, strong, label, em"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_LABEL = re.compile(r"([\u4e00-\u9fff\s\u3000]{2,14}?)[：:]\s*(.*)", re.DOTALL)
_DAY = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
_DATES = ("formed_on", "source_published_on", "valid_from", "valid_until")
_LONGEST = {"summary": 1_500, "title": 300}


def decoded(data: bytes) -> str:
    """The page's text, by the encoding it names, else UTF-8, else GB 18030."""
    named = _CHARSET.search(data[:4096])
    names = [named[1].decode("ascii")] if named else []
    for name in (*names, "utf-8", "gb18030"):
        try:
            return data.decode("gb18030" if name.lower() in ("gb2312", "gbk") else name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", errors="replace")


def read_page(text: str) -> dict[str, str]:
    """The fields that the page gives, none of them empty."""
    page = LexborHTMLParser(text)
    for node in page.css("script, style, noscript"):
        node.decompose()
    found = dict(_meta(page))
    if "title" not in found and (title := page.css_first("h1, title")) is not None:
        found["title"] = _plain(title)
    texts = (_paragraphs(node) for css in _CONTENT for node in page.css(css))
    body = next((text for text in texts if text), "")
    found |= dict(_table(page))
    for name in _DATES:
        if name in found:
            day = _DAY.search(found[name])
            found[name] = re.sub(r"\s", "", day[0]) if day else found[name]
    if body:
        found["body"] = body
    return {name: value[: _LONGEST.get(name)] for name, value in found.items() if value}


def _meta(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in page.css("meta[name]"):
        name = _META.get((node.attributes.get("name") or "").lower())
        if name:
            yield name, (node.attributes.get("content") or "").strip()


def _table(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Label and value in neighbouring cells, or in one with a colon between."""
    seen: set[str] = set()
    cells = [(node, _plain(node)) for node in page.css(_CELLS)]
    for place, (_, text) in enumerate(cells):
        name, value = _label(text)
        if not name or name in seen:
            continue
        if not value:
            value = _following(cells[place + 1 : place + 4], text)
        if value:
            seen.add(name)
            yield name, value


def _following(cells: list[tuple[LexborNode, str]], label: str) -> str:
    """The text of the next cell that is neither the label again (a cell in a cell) nor another."""
    for _, text in cells:
        if text == label:
            continue
        return "" if _label(text)[0] else text
    return ""


def _label(text: str) -> tuple[str, str]:
    if len(text) > 2_000:
        return "", ""
    split = _LABEL.fullmatch(text)
    label, value = (split[1], split[2]) if split else (text, "")
    return _LABELS.get(re.sub(r"[\s\u3000：:【】\[\]]", "", label), ""), value.strip()


def _paragraphs(content: LexborNode) -> str:
    """Paragraphs separated by blank lines, headings marked as items have them."""
    blocks = [
        ("## " if node.tag in ("h1", "h2", "h3", "h4") else "", _plain(node))
        for node in content.css("p, h1, h2, h3, h4, pre, tr")
    ]
    told = [f"{mark}{text}" for mark, text in blocks if text]
    return "\n\n".join(told) or _plain(content)


def _plain(node: LexborNode) -> str:
    return re.sub(r"[ \t\r\n\xa0]+", " ", node.text(deep=True, separator="")).strip(" \u3000")
