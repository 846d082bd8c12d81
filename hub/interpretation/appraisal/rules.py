"""From cases to an appraisal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hub.interpretation.appraisal.models import Appraisal, Case, Criterion, Weights
from hub.interpretation.rules import DIGEST_SHARE
from hub.kernel.errors import InvalidInput, Words

__all__ = ["READERS_FOR_FULL_MARKS", "appraised", "checked_weights"]

READERS_FOR_FULL_MARKS = 1_000  # readers of an interpretation over all its channels; ours
_TOTAL = 100

# each criterion: what one case that is owed gives, 0 to 1, or None where it is not known
_OF_CASE: Mapping[Criterion, Callable[[Case], float | None]] = {
    Criterion.PLANNED: lambda case: _share(case.planned),
    Criterion.PUNCTUAL: lambda case: _share(case.punctual),
    Criterion.VARIED: lambda case: _share(case.varied),
    Criterion.COMPLETE: lambda case: case.coverage,
    Criterion.ORIGINAL: lambda case: (
        None if case.repeated is None else float(case.repeated <= DIGEST_SHARE)
    ),
    Criterion.READ: lambda case: (
        None if case.readers is None else min(case.readers / READERS_FOR_FULL_MARKS, 1.0)
    ),
}


def appraised(body_id: str, cases: Sequence[Case], weights: Weights) -> Appraisal:
    """The appraisal of one body over its documents of a period."""
    owed = [case for case in cases if case.owed]
    values = {
        criterion: _mean([measure(case) for case in owed])
        for criterion, measure in _OF_CASE.items()
    }
    values[Criterion.REASONED] = _mean([_share(c.reasoned) for c in cases if not c.owed])
    known = {c: value for c, value in values.items() if value is not None and weights.values[c]}
    total = sum(weights.values[criterion] for criterion in known)
    score = sum(weights.values[c] * value for c, value in known.items()) / total if total else None
    return Appraisal(
        body_id=body_id, documents=len(cases), owed=len(owed), values=values, score=score
    )


def checked_weights(values: Mapping[str, int]) -> dict[Criterion, int]:
    """Whole weights of every criterion that make 100 together; raises InvalidInput."""
    known = {criterion.value: criterion for criterion in Criterion}
    strange = sorted(set(values) - set(known))
    if strange or set(known) - set(values):
        named = "、".join(known)
        raise InvalidInput(
            Words(f"须恰好给出各项权重：{named}", f"give a weight for each of: {named}"),
            field="weights",
            remedy=Words("不考评的项给 0", "give 0 to what is not appraised"),
        )
    if any(weight < 0 for weight in values.values()) or sum(values.values()) != _TOTAL:
        raise InvalidInput(
            Words("权重须为非负整数，合计 100", "weights are not negative and make 100 together"),
            field="weights",
            remedy=Words(f"现合计 {sum(values.values())}", f"they make {sum(values.values())}"),
        )
    return {known[name]: weight for name, weight in values.items()}


def _share(fact: bool | None) -> float | None:
    return None if fact is None else float(fact)


def _mean(values: Sequence[float | None]) -> float | None:
    """0 to 100, over what is known."""
    known = [value for value in values if value is not None]
    return 100 * sum(known) / len(known) if known else None
