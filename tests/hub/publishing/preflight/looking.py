"""What the tests of the pre-flight board share: an outside that is told, and a board on a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.kernel.errors import Words
from hub.publishing.models import Part
from hub.publishing.preflight.models import LinkAnswer, Report
from hub.publishing.preflight.service import Preflight
from tests.scheduler.stage import Stage

__all__ = ["Told", "board_of", "problems"]


@dataclass
class Told:
    """`Outside` (hub.publishing.preflight.ports): every link is well unless `links` says else."""

    links: dict[str, LinkAnswer] = field(default_factory=dict)
    broken: list[tuple[Words, Words]] = field(default_factory=list)
    required: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def refusals(
        self, channel: str, variation: Mapping[str, str], parts: Sequence[Part]
    ) -> Sequence[tuple[Words, Words]]:
        return self.broken

    def required_credentials(self, channel: str) -> tuple[str, ...]:
        return self.required

    async def ask(self, url: str) -> LinkAnswer:
        self.asked.append(url)
        return self.links.get(url, LinkAnswer(status=200))


def board_of(stage: Stage, outside: Told | None = None) -> Preflight:
    return Preflight(
        database=stage.database,
        clock=stage.clock,
        channels=stage.book,
        keyring=stage.organisations,
        outside=outside or Told(),
    )


def problems(report: Report) -> dict[str, str]:
    """Check → severity of what a look found."""
    return {problem.name: problem.severity.value for problem in report.problems}
