"""Which items are clarifications, and what they are alike to. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from hub.opinion.issues.clusters import Clusters
from hub.opinion.rumours.models import Clarification

__all__ = ["ALIKE", "MARKERS", "Clarifications", "terms_of"]

# what titles and summaries of clarifications say
MARKERS = ("辟谣", "澄清", "不实信息", "不实传言", "谣言", "网传", "传言")
ALIKE = 0.2  # cosine from which it is about the same; an issue is joined from 0.13 on
_NOISE = re.compile(
    r"关于|针对|辟谣|澄清|不实|信息|谣言|网传|传言|真相|情况|说明|声明|公告|通报|回应|网络|流传"
)


def terms_of(title: str, text: str) -> dict[str, float]:
    """The weighted terms of a clarification, without the words that all of them share."""
    return Clusters().terms(_NOISE.sub("", title), _NOISE.sub("", text))


class Clarifications:
    """Finds the clarification that something is most like."""

    def __init__(self, known: Iterable[Clarification]) -> None:
        self._clusters = Clusters(ALIKE)
        for one in known:
            self._clusters.load(one.item_id, one.terms)

    def of_text(self, title: str, text: str) -> tuple[str, float]:
        """The item that a message is like and how much; empty where none is."""
        return self._nearest(terms_of(title, text))

    def of_terms(self, terms: Mapping[str, float]) -> tuple[str, float]:
        """The same for an issue's centre."""
        return self._nearest(terms)

    def _nearest(self, terms: Mapping[str, float]) -> tuple[str, float]:
        length = math.sqrt(sum(weight * weight for weight in terms.values())) or 1.0
        item_id, score = self._clusters.nearest({t: w / length for t, w in terms.items()})
        return item_id, round(score, 3)
