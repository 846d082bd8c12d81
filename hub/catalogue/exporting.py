"""The catalogue as others read it: JSON Lines, CSV, DCAT in JSON-LD, and what changed since.

Only what the public sees goes out, in the version it sees, unless everything is asked for. Whoever
keeps a copy follows the changes: an item that was withdrawn comes as a tombstone, and one that was
never public does not come at all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import msgspec

from hub.catalogue.attachments.models import Attachment
from hub.catalogue.classification.models import GENRES
from hub.catalogue.models import Item
from hub.catalogue.validity.rules import STANDING_WORDS, standing

__all__ = [
    "COLUMNS",
    "Form",
    "dataset_of",
    "end_of",
    "lines_of",
    "record_of",
    "start_of",
    "tombstone",
]


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    DCAT = "dcat"


COLUMNS = (
    "id", "index_no", "title", "issuer", "doc_no", "genre", "theme", "keywords", "audience", "unit",
    "statutory_class", "normative", "formed_on", "published_at", "valid_from", "valid_until",
    "standing", "summary", "source_url", "url", "attachments", "version", "content_hash", "body",
)  # fmt: skip

# Data Catalog Vocabulary 3 (w3.org/TR/vocab-dcat-3) in JSON-LD 1.1
_CONTEXT: Mapping[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# a cell that a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def record_of(item: Item, site_url: str, today: date) -> dict[str, Any]:
    """The record as plain values, in the order of COLUMNS; its standing is that of `today`,
    its attachments are addresses."""
    told = {name: getattr(item, name, None) for name in COLUMNS}
    told["genre"] = GENRES[item.genre][0] if item.genre else ""
    told["standing"] = STANDING_WORDS[standing(item, today)].zh
    told["url"] = f"{site_url}/i/{item.id}.html"
    told["attachments"] = [_file_url(site_url, item, one) for one in item.attachments]
    return msgspec.to_builtins(told)  # type: ignore[no-any-return]


def tombstone(item: Item, seq: int) -> dict[str, Any]:
    """What is left of an item that was public and is no more."""
    gone = {"id": item.id, "index_no": item.index_no, "withdrawn_at": item.withdrawn_at}
    return msgspec.to_builtins({**gone, "deleted": True, "seq": seq})  # type: ignore[no-any-return]


def start_of(form: Form, site_url: str, publisher: str) -> str:
    """What stands before the first item."""
    if form is Form.CSV:
        return "\ufeff" + _csv_line(COLUMNS)
    if form is Form.JSONL:
        return ""
    catalogue = {
        "@context": _CONTEXT,
        "@id": f"{site_url}/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": {"@value": f"{publisher}政府信息公开目录", "@language": "zh"},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": publisher},
    }
    return _json(catalogue)[:-1] + ',"dcat:dataset":['


def lines_of(
    form: Form, items: Iterable[Item], site_url: str, today: date, *, first: bool
) -> Iterator[str]:
    """One piece of text for each item; `first`: nothing came before in this file."""
    write: Callable[[Item], str] = _WRITERS[form](site_url, today)
    for item in items:
        yield ("" if first or form is not Form.DCAT else ",") + write(item)
        first = False


def end_of(form: Form) -> str:
    """What stands behind the last item."""
    return "]}\n" if form is Form.DCAT else ""


def dataset_of(item: Item, site_url: str, today: date) -> dict[str, Any]:
    """The item as a dcat:Dataset with its page and files as distributions; no empty
    properties."""
    record = record_of(item, site_url, today)
    told = {
        "dct:title": _zh(item.title),
        "dct:description": _zh(item.summary or item.body[:300]),
        "dct:identifier": item.index_no,
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": item.issuer},
        "dct:issued": _typed(record["published_at"], "xsd:dateTime"),
        "dct:created": _typed(record["formed_on"], "xsd:date"),
        "dct:type": record["genre"],
        "dct:subject": item.theme,
        "dcat:keyword": [_zh(word) for word in item.keywords],
        "dct:bibliographicCitation": item.doc_no,
        "dct:source": {"@id": item.source_url} if item.source_url else None,
        "adms:status": record["standing"],
        "dct:valid": _typed(record["valid_until"], "xsd:date"),
        "dcat:version": str(item.version),
        "dcat:landingPage": {"@id": record["url"]},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:accessURL": {"@id": record["url"]},
                "dcat:mediaType": "text/html",
            },
            *(_distribution(site_url, item, one) for one in item.attachments),
        ],
    }
    filled = {name: value for name, value in told.items() if value}
    return {"@id": record["url"], "@type": "dcat:Dataset", **filled}


def _distribution(site_url: str, item: Item, file: Attachment) -> dict[str, Any]:
    address = {"@id": _file_url(site_url, item, file)}
    return {
        "@type": "dcat:Distribution",
        "dct:title": _zh(file.name),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:mediaType": file.media_type,
        "dcat:byteSize": _typed(str(file.size), "xsd:nonNegativeInteger"),
    }


def _file_url(site_url: str, item: Item, file: Attachment) -> str:
    return f"{site_url}/media/{item.id}/{file.sha256}/{quote(file.name)}"


def _jsonl(site_url: str, today: date) -> Callable[[Item], str]:
    return lambda item: _json(record_of(item, site_url, today)) + "\n"


def _csv(site_url: str, today: date) -> Callable[[Item], str]:
    def write(item: Item) -> str:
        record = record_of(item, site_url, today)
        return _csv_line([_cell(record[name]) for name in COLUMNS])

    return write


def _dcat(site_url: str, today: date) -> Callable[[Item], str]:
    return lambda item: _json(dataset_of(item, site_url, today))


_WRITERS = {Form.JSONL: _jsonl, Form.CSV: _csv, Form.DCAT: _dcat}


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "；".join(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _zh(text: str) -> dict[str, str] | None:
    return {"@value": text, "@language": "zh"} if text else None


def _typed(value: str | None, kind: str) -> dict[str, str] | None:
    return {"@value": value, "@type": kind} if value else None
