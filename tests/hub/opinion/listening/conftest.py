"""An account that citizens write to, and who follows it."""

from __future__ import annotations

import pytest

from hub.opinion.listening.service import Listening
from hub.opinion.signals.service import SignalService
from tests.hub.conversation.conftest import Talk, talk

__all__ = ["Talk", "listening", "talk"]


@pytest.fixture
def listening(talk: Talk, signals: SignalService) -> Listening:
    return Listening(talk.database, talk.clock, signals)
