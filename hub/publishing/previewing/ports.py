"""What previews ask of the outside beside a renderer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hub.publishing.models import Declaration, Part
from hub.publishing.previewing.models import Gauge, TemplateText

__all__ = ["Gauging"]


class Gauging(Protocol):
    def rules(self, channel: str, variation: Mapping[str, str]) -> Declaration:
        """What holds for the accounts of a channel that share `variation`; raises NotFound."""
        ...

    def templates(self, channel: str, variation: Mapping[str, str]) -> tuple[TemplateText, ...]:
        """The templates that posts of such accounts are made from."""
        ...

    def gauge(
        self, channel: str, variation: Mapping[str, str], parts: Sequence[Part]
    ) -> tuple[Gauge, ...]:
        """Everything of `parts` that has a limit, counted as the platform counts it."""
        ...
