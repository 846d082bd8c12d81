"""Every kind there is. A new kind is one file in kinds/ and its name here."""

from __future__ import annotations

from collections.abc import Mapping

from hub.catalogue.keyareas.errors import UnknownKind
from hub.catalogue.keyareas.kinds import budgets, expenses, negatives, points, powers, projects
from hub.catalogue.keyareas.schema import Form

__all__ = ["FORMS", "find_form"]

FORMS: Mapping[str, Form] = {
    form.kind: form
    for form in (
        powers.FORM,
        negatives.FORM,
        projects.FORM,
        budgets.BUDGET_FORM,
        budgets.ACCOUNT_FORM,
        expenses.FORM,
        points.FORM,
    )
}


def find_form(kind: str) -> Form:
    """By its name or by its words in Chinese; raises UnknownKind."""
    by_words = {form.words.zh: form for form in FORMS.values()}
    found = FORMS.get(kind) or by_words.get(kind)
    if found is None:
        raise UnknownKind(kind, {form.kind: form.words.zh for form in FORMS.values()})
    return found
