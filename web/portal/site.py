"""Whose site it is: what every page says about its organiser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from hub.kernel.errors import GongkaiError
from web.portal.kept import Kept

__all__ = ["Office", "Signboard", "Site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The office that answers for disclosure, as the guide must name it (Regulation art. 12):
    name, address, hours, telephone, fax and internet contact; empty ones are not shown."""

    name: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`url` is the public address without a trailing slash; `code` the ten-digit 网站标识码,
    `icp` and `police` the filings that the footer of a government website shows
    (国办发〔2017〕47号, annex); empty ones are not shown."""

    name: str
    url: str
    code: str = ""
    icp: str = ""
    police: str = ""
    office: Office = Office()

    @property
    def domain(self) -> str:
        return urlsplit(self.url).hostname or ""


class Signboard:
    """`site` under the name that holds: a body may be entered or renamed while the portal is open.

    Without `ask` the name stays. `look` costs nothing while the kept answer is young.
    """

    def __init__(
        self, site: Site, kept: Kept, ask: Callable[[], Awaitable[str]] | None = None
    ) -> None:
        self.site = site
        self._kept = kept
        self._ask = ask

    async def look(self) -> None:
        """Before a page is made. Where nobody answers the name is what it was."""
        if self._ask is None:
            return
        try:
            name = await self._kept.get("name", self._ask)
        except GongkaiError:
            return
        if name != self.site.name:
            self.site = replace(self.site, name=name)
