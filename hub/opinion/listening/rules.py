"""Which messages are signals, and of which kind. Pure."""

from __future__ import annotations

from hub.conversation.models import InboundKind, Manner
from hub.conversation.privacy import wish_of
from hub.conversation.rules import is_number
from hub.opinion.listening.models import Heard
from hub.opinion.signals.models import NewSignal, SignalKind

__all__ = ["external_id_of", "signal_of"]

_PREFIX = "message:"
_KINDS = {
    Manner.DIRECT: SignalKind.MESSAGE,
    Manner.COMMENT: SignalKind.COMMENT,
    Manner.MENTION: SignalKind.MENTION,
}


def external_id_of(message_id: str) -> str:
    """What a message is called among signals, whoever hands it in: it lands once."""
    return f"{_PREFIX}{message_id}"


def signal_of(heard: Heard) -> NewSignal | None:
    """The signal in a message; None where it says nothing: a button, the number of a choice, a
    wish about one's own data, or words that are not kept."""
    inbound = heard.inbound
    said = inbound.text.strip()
    if not said or inbound.kind is InboundKind.EVENT or is_number(said) or wish_of(inbound):
        return None
    return NewSignal(
        channel=inbound.channel,
        external_id=external_id_of(inbound.id),
        kind=SignalKind.UNANSWERED if heard.unanswered else _KINDS[heard.manner],
        text=inbound.text,
        author=inbound.sender,
        event_at=heard.at,
        body_id=heard.body_id,
        item_id=heard.near,
    )
