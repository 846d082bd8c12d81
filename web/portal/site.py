"""Whose site it is: what every page says about its organiser."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["Office", "Site"]


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
