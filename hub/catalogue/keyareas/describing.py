"""A form told to others: as JSON Schema, as the head of an empty spreadsheet, in plain values."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from hub.catalogue.keyareas.models import Change, Entry
from hub.catalogue.keyareas.rules import plain_values
from hub.catalogue.keyareas.schema import Field, FieldType, Form
from hub.catalogue.keyareas.values import plain_value

__all__ = ["change_as_dict", "entry_as_dict", "form_as_dict", "json_schema", "template"]

_T = FieldType
_NUMBER = {"type": ["number", "string"]}
# type of a field → what JSON Schema says of a value that a file may give
_SHAPES: Mapping[FieldType, Mapping[str, Any]] = {
    _T.TEXT: {"type": "string"},
    _T.LONG_TEXT: {"type": "string"},
    _T.LINES: {"type": "array", "items": {"type": "string"}},
    _T.INTEGER: {"type": "integer", "minimum": 0},
    _T.YEAR: {"type": "integer", "minimum": 1949, "maximum": 2100},
    _T.MONEY: {**_NUMBER, "minimum": 0},
    _T.PERCENT: {**_NUMBER, "minimum": 0, "maximum": 100},
    _T.DEGREES: _NUMBER,
    _T.DATE: {"type": "string", "format": "date"},
    _T.YES_NO: {"type": "boolean"},
    _T.CHOICE: {"type": "string"},
    _T.PHONE: {"type": "string"},
    _T.HOURS: {"type": "string"},
    _T.MILESTONES: {"type": "array", "items": {"type": "string"}},
}


def json_schema(form: Form) -> dict[str, Any]:
    """JSON Schema (2020-12) of one entry."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.words.zh,
        "description": str(form.about),
        "type": "object",
        "properties": {field.name: _property(field) for field in form.fields},
        "required": [field.name for field in form.fields if field.required],
        "additionalProperties": False,
        "x-key": list(form.key),
    }


def form_as_dict(form: Form) -> dict[str, Any]:
    """The form with its fields, for pages and programs."""
    return {
        "kind": form.kind,
        "words": {"zh": form.words.zh, "en": form.words.en},
        "about": {"zh": form.about.zh, "en": form.about.en},
        "yearly": form.yearly,
        "key": list(form.key),
        "title": form.title,
        "fields": [_field(field) for field in form.fields],
    }


def template(form: Form) -> str:
    """An empty CSV with the form's headings in Chinese, to be filled in with a spreadsheet."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([field.words.zh for field in form.fields])
    return "\ufeff" + out.getvalue()  # the mark tells spreadsheets that it is UTF-8


def entry_as_dict(entry: Entry) -> dict[str, Any]:
    return {"code": entry.code, "values": plain_values(entry.values)}


def change_as_dict(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "code": change.code,
        "fields": [
            {
                "field": field.field,
                "old": None if field.old is None else plain_value(field.old),
                "new": None if field.new is None else plain_value(field.new),
            }
            for field in change.fields
        ],
    }


def _property(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {**_SHAPES[field.type], "title": field.words.zh}
    if field.choices:
        told["enum"] = [choice.value for choice in field.choices]
    if field.longest and told["type"] == "string":
        told["maxLength"] = field.longest
    if field.least is not None:
        told["minimum"] = float(field.least)
    if field.most is not None:
        told["maximum"] = float(field.most)
    if field.unit:
        told["x-unit"] = field.unit
    if field.help:
        told["description"] = str(field.help)
    return told


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "words": {"zh": field.words.zh, "en": field.words.en},
        "type": field.type.value,
        "required": field.required,
        "unit": field.unit,
        "choices": [{"value": c.value, "zh": c.words.zh, "en": c.words.en} for c in field.choices],
        "help": {"zh": field.help.zh, "en": field.help.en} if field.help else None,
    }
