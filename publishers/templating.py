"""Finds, compiles once and fills the text templates of a post.

Each markup has a folder in `templates/publish/`, and a channel may replace single files of it in
its own `templates/`:

    title.j2    the part's title, plain text
    digest.j2   the part's digest, plain text; only where the markup's platforms have one
    text.j2     the whole text, or one part of a thread
    short.j2    the text when the whole is too long; ends in the link to the whole

VARIABLES lists what each file may use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.kernel.clock import CHINA
from hub.kernel.errors import Misconfigured, Words
from hub.publishing.models import Declaration
from hub.publishing.previewing.models import TemplateText
from publishers.length import WEB_LINK

__all__ = ["VARIABLES", "fill", "has", "notice", "template", "texts"]

_HERE = Path(__file__).resolve().parent
_SHARED = _HERE.parent / "templates" / "publish"
_NOTICES = _HERE.parent / "templates" / "notices"

_COMMON = frozenset({"source", "variation"})
_SHOWN = frozenset({"images", "cover", "card"})  # the chosen MediaRefs; cover and card or None
VARIABLES: Mapping[str, frozenset[str]] = {
    "title": _COMMON | {"title"},
    "digest": _COMMON | {"summary"},
    "text": _COMMON | _SHOWN | {"blocks", "number", "total", "last"},
    "short": _COMMON | _SHOWN | {"summary", "blocks"},
}
_IN_MARKUP = frozenset({"text", "short"})
_ESCAPED = frozenset({"html", "article", "page"})
# In these, line feeds are visible, so the gaps that template lines leave must be closed.
_LINE_FEEDS_SHOW = frozenset({"html", "markdown", "message", "text"})
_GAP = re.compile(r"\s*\n[ \t]*\n\s*")
# Work messengers read tags and mentions also in what they call text: <a href=…>, <at …>, <@…>.
_TAG = re.compile(r"<(?=[A-Za-z/@])")
# Their Markdown has no documented escape, so what would be markup is written full width.
_MARKDOWN = str.maketrans("*_`[]<>~", "＊＿｀［］＜＞～")
_MB = 1024 * 1024
_AT_LINE_START = re.compile(r"^(#+|[-+](?=\s))", re.MULTILINE)


def has(declaration: Declaration, name: str) -> bool:
    """Whether the channel, or its markup, has a template `name`."""
    try:
        template(declaration.name, declaration.markup, name)
    except Misconfigured:
        return False
    return True


def fill(declaration: Declaration, name: str, values: Mapping[str, Any]) -> str:
    """The filled template; `values` are those that VARIABLES names for it."""
    filled = template(declaration.name, declaration.markup, name).render(values).strip()
    if name in _IN_MARKUP and declaration.markup not in _LINE_FEEDS_SHOW:
        return filled
    if name not in _IN_MARKUP:
        return " ".join(filled.split())
    return _GAP.sub("\n\n", filled)


def texts(declaration: Declaration) -> tuple[TemplateText, ...]:
    """The templates of a channel as they are written, its own or its markup's."""
    found = []
    for name, variables in VARIABLES.items():
        if not has(declaration, name):
            continue
        file = Path(template(declaration.name, declaration.markup, name).filename or "")
        found.append(
            TemplateText(
                name=name,
                file=file.relative_to(_HERE.parent).as_posix(),
                text=file.read_text("utf-8"),
                variables=tuple(sorted(variables)),
                own=_HERE in file.parents,
            )
        )
    return tuple(found)


def notice(kind: str, name: str, values: Mapping[str, Any]) -> str:
    """The `title` or `body` of a notice of `kind` (recall, correct) as plain text: it becomes a
    post by the templates of each markup, like the text of any item."""
    return _notices().get_template(f"{kind}.{name}.j2").render(values).strip()


@cache
def _notices() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_NOTICES),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def template(channel: str, markup: str, name: str) -> Template:
    """The compiled template; raises Misconfigured where neither channel nor markup has one."""
    escaped = markup in _ESCAPED and name in _IN_MARKUP
    try:
        return _environment(channel, markup, escaped).get_template(f"{name}.j2")
    except TemplateNotFound as error:
        raise Misconfigured(
            Words(f"缺少模板 {markup}/{name}.j2", f"there is no template {markup}/{name}.j2"),
            field=f"{channel}.templates",
        ) from error


@cache
def _environment(channel: str, markup: str, escaped: bool) -> ImmutableSandboxedEnvironment:
    folders = (_HERE / channel / "templates", _SHARED / markup)
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"chinese_date": _chinese_date, "pubdate": _pubdate}
    environment.filters |= {"untagged": _untagged, "literal": _literal, "file_size": _file_size}
    return environment


def _file_size(size: int) -> str:
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{max(1, round(size / 1024))} KB"


def _untagged(text: str) -> str:
    """Text in which nothing is taken for a tag."""
    return _TAG.sub("＜", text)


def _literal(text: str) -> str:
    """Text in which no Markdown is read, except that links stay links; a line is a paragraph."""
    pieces: list[str] = []
    end = 0
    for link in WEB_LINK.finditer(text):
        pieces += [text[end : link.start()].translate(_MARKDOWN), link[0]]
        end = link.end()
    pieces.append(text[end:].translate(_MARKDOWN))
    plain = _AT_LINE_START.sub(_wide, "".join(pieces))
    return plain.replace("\n", "\n\n")


def _wide(sign: re.Match[str]) -> str:
    return sign[0].translate(str.maketrans("#-+", "＃－＋"))


def _chinese_date(day: date) -> str:
    """As official documents write it; a moment is shown by its day in China."""
    if isinstance(day, datetime):
        day = day.astimezone(CHINA).date()
    return f"{day.year}年{day.month}月{day.day}日"


def _pubdate(moment: date) -> str:
    """The form of the PubDate tag: `2024-05-01 09:30`, without a time where none is known."""
    if isinstance(moment, datetime):
        return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    return moment.isoformat()
