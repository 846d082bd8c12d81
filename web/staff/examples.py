"""An example of every shape, made from the shape, so that no example can be of another time."""

from __future__ import annotations

from typing import Any

from msgspec import inspect

__all__ = ["example_of"]

_ID = "01KB3Q9A7V4M2X8C6D5E1F0GHJ"
_AT, _DAY = "2026-12-01T01:00:00Z", "2026-12-01"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_HEX = "^[0-9a-f]"
# what people write there, by a field's name
_WRITTEN = {
    "title": "关于做好政务公开工作的通知",
    "text": "各区县人民政府：现将有关事项通知如下。",
    "body": "510100",
    "reason": "属法定主动公开内容",
    "remark": "同意",
    "unit": "办公室",
    "at": "2026-12-01T09:00",
    "zone": "Asia/Shanghai",
    "channel": "website",
    "login": "zhang",
    "officer": "zhang",
    "doc_no": "江府发〔2026〕8号",
    "index_no": "510100/2026-00018",
    "zh": "须写明理由",
    "en": "say why",
    "type": "invalid-input",
    "detail": "须写明理由 / say why",
    "url": "https://www.example.gov.cn/item/1",
    "value": "教育",
    "ground": "20",
    "name": "江澜发布",
    "label": "OA 对接",
    "kinds": "review.approval.completed",
    "kind": "publishing.delivery.accepted",
}


def example_of(shape: type) -> Any:
    """A value of `shape` as JSON has it: what has to be there, and what people write."""
    return _example(inspect.type_info(shape), "")


def _example(kind: inspect.Type, name: str) -> Any:
    match kind:
        case inspect.StructType() | inspect.DataclassType():
            return _fields(kind)
        case inspect.UnionType(types=types):
            return _example(next(t for t in types if not isinstance(t, inspect.NoneType)), name)
        case inspect.StrType(pattern=pattern, min_length=least):
            return _text(pattern or "", name) or (_ID if least else "")
        case inspect.EnumType(cls=cls):
            return next(iter(cls)).value
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [_example(item, name)]
        case inspect.DictType(key_type=key, value_type=value):
            return {_key(key): _example(value, name)}
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.IntType(ge=least):
            return max(1, least or 0)
        case inspect.FloatType():
            return 0.5
        case inspect.BoolType():
            return True
        case inspect.DateTimeType():
            return _AT
        case inspect.DateType():
            return _DAY
    return None


def _key(kind: inspect.Type) -> str:
    """A key of an object, which JSON has as text."""
    match kind:
        case inspect.EnumType(cls=cls):
            return str(next(iter(cls)).value)
        case inspect.StrType(pattern=pattern) if pattern:
            return _text(pattern, "")
    return "website"


def _fields(kind: inspect.StructType | inspect.DataclassType) -> dict[str, Any]:
    strict = isinstance(kind, inspect.StructType)  # what is taken, not what is answered
    return {
        field.encode_name: _example(field.type, field.name)
        for field in kind.fields
        if field.required or not strict or _worth(field)
    }


def _worth(field: inspect.Field) -> bool:
    return isinstance(field.type, inspect.StrType) and field.name in _WRITTEN


def _text(pattern: str, name: str) -> str:
    if pattern.startswith(_HEX):
        return _HASH
    if pattern:
        return _ID
    return _WRITTEN.get(name, _ID if name in {"id", "item", "plan", "account", "next"} else "")
