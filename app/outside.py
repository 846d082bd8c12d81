"""What the pre-flight checks ask of channels and the web; see hub.publishing.preflight.ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.kernel.errors import Words
from hub.publishing.models import Part
from hub.publishing.preflight.models import LinkAnswer
from publishers.limits import problems
from publishers.links import ask_link
from publishers.registry import find_channel
from publishers.wire import open_session

__all__ = ["Outside"]

_CONNECTIONS = 16


class Outside:
    """`Outside` over the channels that are found and a session for each question of links."""

    def refusals(
        self, channel: str, variation: Mapping[str, str], parts: Sequence[Part]
    ) -> Sequence[tuple[Words, Words]]:
        found = problems(parts, find_channel(channel).rules(variation))
        return [(problem.words, problem.remedy) for problem in found]

    def required_credentials(self, channel: str) -> tuple[str, ...]:
        wanted = find_channel(channel).credentials
        return tuple(field.name for field in wanted if field.required)

    async def ask(self, url: str) -> LinkAnswer:
        async with open_session(_CONNECTIONS) as session:
            return await ask_link(session, url)
