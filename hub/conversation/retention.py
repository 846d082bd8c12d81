"""How citizens' messages are archived: answered, and masked before (`conversation_mask_days`), so
that no archive has an address or a name that a later wish to be erased could not reach."""

from __future__ import annotations

from hub.conversation.models import OPEN_STATES
from hub.conversation.tables import inbound_messages
from hub.kernel.archiving.models import Kept
from hub.kernel.errors import Words

__all__ = ["KEPT"]

_OPEN = ", ".join(sorted(f"'{state.value}'" for state in OPEN_STATES))

KEPT = (
    Kept(
        name="inbound",
        table=inbound_messages,
        words=Words("公众来信", "citizens' messages"),
        rule=Words(
            "《个人信息保护法》第19条、第47条：目的已实现或期限届满即删除",
            "Personal Information Protection Law art. 19, 47: deleted when the purpose is met",
        ),
        finished=f"state NOT IN ({_OPEN}) AND masked_at IS NOT NULL",
    ),
)
