"""How many examples a walk over databases tries: few at a desk and in CI, many where asked.

`GONGKAI_TEST_THOROUGH=1` multiplies them, and hypothesis' own hundred for rules without a database.
"""

from __future__ import annotations

import os

from hypothesis import settings

__all__ = ["examples", "set_thoroughness"]

_TIMES = 10 if os.environ.get("GONGKAI_TEST_THOROUGH") == "1" else 1
_USUAL = 100


def examples(few: int) -> int:
    """`few`, or ten times as many."""
    return few * _TIMES


def set_thoroughness() -> None:
    """Nor is an example ever too slow: how long it takes says more about what else runs here."""
    settings.register_profile("ours", settings(), max_examples=_USUAL * _TIMES, deadline=None)
    settings.load_profile("ours")
