from __future__ import annotations

from enum import StrEnum

import pytest

from hub.kernel.errors import Conflict, IllegalTransition
from hub.kernel.states import StateTable


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    DARK = "dark"


class Turn(StrEnum):
    GO = "go"
    BREAK = "break"


TABLE: StateTable[Light, Turn] = StateTable(
    {Turn.GO: ((Light.RED,), Light.GREEN), Turn.BREAK: ((Light.RED, Light.GREEN), Light.DARK)}
)


def test_an_event_leads_where_the_table_says() -> None:
    assert TABLE.next(Light.RED, Turn.GO) is Light.GREEN
    assert TABLE.target(Turn.BREAK) is Light.DARK
    assert TABLE.sources(Turn.BREAK) == {Light.RED, Light.GREEN}


def test_what_the_table_does_not_say_is_refused_naming_both() -> None:
    with pytest.raises(IllegalTransition, match="'go' is not allowed in 'dark'") as refused:
        TABLE.next(Light.DARK, Turn.GO)
    assert isinstance(refused.value, Conflict)


def test_edges_are_every_pair_the_table_allows() -> None:
    assert TABLE.edges() == {
        (Light.RED, Light.GREEN),
        (Light.RED, Light.DARK),
        (Light.GREEN, Light.DARK),
    }
