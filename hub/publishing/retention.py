"""How deliveries and attempts are archived. A delivery whose post may be withdrawn or corrected is
found in the ledger alone: what is removed there, a recall no longer reaches by itself."""

from __future__ import annotations

from hub.kernel.archiving.models import Kept
from hub.kernel.errors import Words
from hub.publishing.afterwards.tables import findings, measures, watches
from hub.publishing.incidents.tables import incident_deliveries
from hub.publishing.models import SETTLED
from hub.publishing.quota.tables import quota_slots
from hub.publishing.recall.tables import followups
from hub.publishing.rings.tables import ring_deliveries
from hub.publishing.tables import attempts, deliveries
from hub.publishing.timing.tables import slot_bookings

__all__ = ["KEPT"]

_SETTLED = ", ".join(sorted(f"'{state.value}'" for state in SETTLED))
_TEN_YEARS = Words(
    "国家档案局令第8号：定期保管为10年或30年",
    "State Archives Administration order 8: terms are 10 or 30 years",
)

KEPT = (
    Kept(
        name="attempts",
        table=attempts,
        words=Words("发送尝试", "attempts"),
        rule=Words(
            "《网络安全法》：网络日志留存不少于六个月",
            "Cybersecurity Law: network logs are kept for six months at least",
        ),
        finished="outcome <> ''",
    ),
    Kept(
        name="deliveries",
        table=deliveries,
        words=Words("投递", "deliveries"),
        rule=_TEN_YEARS,
        finished=f"state IN ({_SETTLED})",
        parts=(
            attempts.c.delivery_id,
            findings.c.delivery_id,
            followups.c.delivery_id,
            incident_deliveries.c.delivery_id,
            measures.c.delivery_id,
            quota_slots.c.delivery_id,
            ring_deliveries.c.delivery_id,
            slot_bookings.c.delivery_id,
            watches.c.delivery_id,
        ),
        holds=(followups.c.original_id,),  # a recall says of which post it is
    ),
)
