"""How a visitor wants the site: in which language, and in the version for older people.

Both stand in the address (`/en/…`, `/senior/…`), so that a page can be cached, shared and
bookmarked as it is, and no cookie is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

__all__ = ["MANNERS", "Manner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """`language` is `zh` or `en`; `senior` is the version with big type and plain layout."""

    language: str = "zh"
    senior: bool = False

    @property
    def prefix(self) -> str:
        """What comes before every path of this manner."""
        return ("/en" if self.language == "en" else "") + ("/senior" if self.senior else "")

    @property
    def tag(self) -> str:
        """The language of the interface as BCP 47 has it."""
        return "en" if self.language == "en" else "zh-Hans"

    def link(self, path: str, /, **query: Any) -> str:
        """The address of `path` in this manner; empty values of `query` are left out."""
        given = {name: value for name, value in query.items() if value not in ("", None)}
        return f"{self.prefix}{path}" + (f"?{urlencode(given)}" if given else "")

    def other_language(self) -> Manner:
        return replace(self, language="zh" if self.language == "en" else "en")

    def other_version(self) -> Manner:
        return replace(self, senior=not self.senior)


LANGUAGES = ("zh", "en")
MANNERS = tuple(
    Manner(language=language, senior=senior)
    for language in ("zh", "en")
    for senior in (False, True)
)
