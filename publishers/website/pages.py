"""The site's own pages: the list of what is public, and the page that a withdrawn item leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from publishers.website.entries import CHINA, Entry
from publishers.website.feeds import Masthead

__all__ = ["WITHDRAWN_MARK", "list_page", "withdrawn_page"]

_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "website"
# By this, programs know the page of a withdrawn item; people read its text.
WITHDRAWN_MARK = b'<meta name="gongkai-state" content="withdrawn"/>'


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    environment.filters["day"] = _day
    return environment


def list_page(
    head: Masthead, entries: Sequence[Entry], *, month: str = "", months: Sequence[str] = ()
) -> bytes:
    """The front page with the newest entries and the months, or one `month`'s page."""
    page = _environment().get_template("list.j2")
    up = "../" if month else ""
    return page.render(head=head, entries=entries, month=month, months=months, up=up).encode()


def withdrawn_page(head: Masthead) -> bytes:
    """It says that something was withdrawn, never what: the title may be the reason."""
    return _environment().get_template("withdrawn.j2").render(head=head).encode()


def _day(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d")
