"""Small lists for tests."""

from __future__ import annotations

from datetime import date

from hub.catalogue.keyareas.models import Entry, Value

DAY = date(2026, 3, 1)


def negative(code: str, item: str, note: str = "") -> Entry:
    values: dict[str, Value] = {
        "code": code,
        "domain": "交通",
        "item": item,
        "restriction": "permit",
        "measures": "须经许可",
        "basis": "某条例",
    }
    return Entry(code=code, values=values | ({"note": note} if note else {}))
