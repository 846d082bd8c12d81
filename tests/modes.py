"""The three ways an installation stands, as a test is run in each of them."""

from __future__ import annotations

import pytest

from benchmarks.crash.modes import Mode

__all__ = ["MODES", "SCALED", "Mode"]

# with its marks, a mode whose service is missing is skipped on a desk and fails in CI
_MARKS = {
    Mode.SQLITE: (),
    Mode.POSTGRES: (pytest.mark.postgres,),
    Mode.REDIS: (pytest.mark.postgres, pytest.mark.redis),
}
MODES = tuple(pytest.param(mode, marks=_MARKS[mode], id=mode.value) for mode in Mode)
SCALED = tuple(
    pytest.param(mode, marks=_MARKS[mode], id=mode.value) for mode in Mode if mode != Mode.SQLITE
)
