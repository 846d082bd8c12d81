"""动态调整: what one version of a list changes in another, field by field, and making it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.catalogue.keyareas.errors import ChangeDoesNotFit
from hub.catalogue.keyareas.models import Change, ChangeKind, Entry, FieldChange, Value, Values
from hub.catalogue.keyareas.rules import in_order
from hub.catalogue.keyareas.schema import Form
from hub.kernel.errors import Words

__all__ = ["apply", "counted", "differences"]


def differences(form: Form, old: Sequence[Entry], new: Sequence[Entry]) -> tuple[Change, ...]:
    """The changes that make `new` out of `old`: added, changed and removed, each in order."""
    before = {entry.code: entry for entry in old}
    after = {entry.code: entry for entry in new}
    added = [e for e in in_order(form, new) if e.code not in before]
    kept = [e for e in in_order(form, new) if e.code in before]
    removed = [e for e in in_order(form, old) if e.code not in after]
    changes = [_change(form, ChangeKind.ADDED, e.code, {}, e.values) for e in added]
    changes += [
        _change(form, ChangeKind.CHANGED, e.code, before[e.code].values, e.values)
        for e in kept
        if before[e.code].values != e.values
    ]
    changes += [_change(form, ChangeKind.REMOVED, e.code, e.values, {}) for e in removed]
    return tuple(changes)


def apply(form: Form, old: Sequence[Entry], changes: Sequence[Change]) -> tuple[Entry, ...]:
    """The list after `changes`; raises ChangeDoesNotFit where `old` is not what they tell."""
    entries = {entry.code: entry for entry in old}
    for change in changes:
        held = entries.get(change.code)
        if (held is None) is not (change.kind is ChangeKind.ADDED):
            raise _misfit(change, change.code)
        values = dict(held.values) if held else {}
        for field in change.fields:
            _set(values, change, field)
        if change.kind is not ChangeKind.REMOVED:
            entries[change.code] = Entry(code=change.code, values=_ordered(form, values))
        elif values:
            raise _misfit(change, next(iter(values)))
        else:
            del entries[change.code]
    return in_order(form, list(entries.values()))


def counted(changes: Sequence[Change]) -> Mapping[ChangeKind, int]:
    """How many entries were added, changed and removed."""
    return {kind: sum(change.kind is kind for change in changes) for kind in ChangeKind}


def _change(form: Form, kind: ChangeKind, code: str, old: Values, new: Values) -> Change:
    return Change(kind=kind, code=code, fields=tuple(_fields(form, old, new)))


def _fields(form: Form, old: Values, new: Values) -> Iterator[FieldChange]:
    for field in form.fields:
        before, after = old.get(field.name), new.get(field.name)
        if before != after:
            yield FieldChange(field=field.name, old=before, new=after)


def _set(values: dict[str, Value], change: Change, field: FieldChange) -> None:
    if values.get(field.field) != field.old:
        raise _misfit(change, field.field)
    values.pop(field.field, None)
    if field.new is not None:
        values[field.field] = field.new


def _ordered(form: Form, values: Values) -> Values:
    return {f.name: values[f.name] for f in form.fields if f.name in values}


def _misfit(change: Change, where: str) -> ChangeDoesNotFit:
    return ChangeDoesNotFit(
        Words(
            f"“{change.code}”的{where}与调整表所据版本不符",
            f"'{change.code}', {where}: not what the change list begins from",
        ),
        field=where,
        remedy=Words("用现行版本重新比对", "compare anew with the current version"),
    )
