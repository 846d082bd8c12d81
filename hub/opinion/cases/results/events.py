"""What happens to wishes to hear of an outcome. Who has them is not in the chain."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["AUTHORS_LOOKED_UP", "RESULT_WANTED"]

RESULT_WANTED = Kind("opinion.result.wanted", Words("要求告知结果", "outcome to be told"))
AUTHORS_LOOKED_UP = Kind(
    "opinion.case.authors-looked-up",
    Words("为告知结果查对来信人", "authors looked up to tell them the outcome"),
)
