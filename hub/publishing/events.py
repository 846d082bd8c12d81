"""What happens in publishing, with the sentence people read beside each name."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "ALERT_GIVEN_UP",
    "ALERT_PUT_OFF",
    "ALERT_SENT",
    "ATTEMPTS_ENDED",
    "ATTEMPTS_STARTED",
    "BLACKOUT_DECLARED",
    "BLACKOUT_LIFTED",
    "BREAKER_CLOSED",
    "BREAKER_OPENED",
    "BREAKER_RELEASED",
    "CANCELLED",
    "CORRECTION_ORDERED",
    "DELIVERY_MOVED",
    "DISPLACED",
    "DONE_BY_HAND",
    "DUE",
    "EXPIRED",
    "FELL_BACK",
    "FOUND_CHANGED",
    "HELD_BACK",
    "INCIDENT_CLOSED",
    "INCIDENT_OPENED",
    "INCIDENT_RESUMED",
    "LEASES_REAPED",
    "MEASURED",
    "PLANNED",
    "POSTING_TIME_ADDED",
    "POSTING_TIME_REMOVED",
    "PREFLIGHT",
    "PREPARED",
    "PROGRESSED",
    "RECALL_ORDERED",
    "RECONCILED",
    "RECURRENCE_ADDED",
    "RECURRENCE_ENDED",
    "RECURRENCE_SKIPPED",
    "RECURRENCE_STOPPED",
    "RELEASED",
    "RESCHEDULED",
    "RESOLVED",
    "RETRIED",
    "RING_PASSED",
    "RING_RELEASED",
    "RING_RESUMED",
    "RING_STOPPED",
    "SUBMITTED",
    "VERIFIED",
    "WAITING",
]


def _kind(name: str, zh: str, en: str) -> Kind:
    return Kind(f"publishing.{name}", Words(zh, en))


SUBMITTED = _kind("edition.rendered", "各渠道稿件已生成并送审", "editions were rendered for review")
PLANNED = _kind("plan.made", "发布计划已排定", "a plan was made")
DELIVERY_MOVED = _kind("delivery.moved", "投递移到另一时段", "a delivery was moved to another slot")
RESCHEDULED = _kind("plan.rescheduled", "发布时间已调整", "a plan was rescheduled")
CANCELLED = _kind("delivery.cancelled", "投递已取消", "deliveries were cancelled")
PREFLIGHT = _kind("plan.preflight", "发布前检查完成", "a plan was checked before it is due")
PREPARED = _kind("delivery.prepared", "素材已提前上传", "media was uploaded ahead")
DISPLACED = _kind(
    "delivery.displaced", "让位于应急发布，投递已取消", "deliveries gave way to an emergency"
)
DUE = _kind("delivery.due", "到期或受阻，状态已更新", "deliveries fell due or changed their wait")
ATTEMPTS_STARTED = _kind("attempt.started", "开始投递", "attempts were begun")
ATTEMPTS_ENDED = _kind("attempt.ended", "投递有了结果", "attempts ended")
PROGRESSED = _kind("attempt.progressed", "投递完成了一步", "an attempt finished a step")
WAITING = _kind("delivery.blocked", "投递等待中", "deliveries wait")
LEASES_REAPED = _kind("lease.reaped", "收回中断的投递", "leases that ran out were taken back")
EXPIRED = _kind("delivery.expired", "已过期，不再发送", "too late, not sent")
HELD_BACK = _kind(
    "backlog.held", "停机积压，等待人工放行", "an outage's backlog is held for a person"
)
RELEASED = _kind("backlog.released", "积压已放行", "held deliveries were released")
RECONCILED = _kind("delivery.reconciled", "已与平台核对", "an unknown outcome was settled")
VERIFIED = _kind("delivery.verified", "已回读核验", "a post was read back")
RETRIED = _kind("delivery.retried", "人工重新投递", "a person started a delivery again")
RESOLVED = _kind("delivery.resolved", "人工确认结果", "a person settled an unknown outcome")
RECALL_ORDERED = _kind("recall.ordered", "已下达撤稿", "a recall was ordered")
BREAKER_OPENED = _kind("breaker.opened", "连续失败，已熔断", "keeps failing and is left alone")
BREAKER_CLOSED = _kind("breaker.closed", "已恢复，熔断解除", "is well again")
BREAKER_RELEASED = _kind("breaker.released", "人工解除熔断", "a person let it go again")
POSTING_TIME_ADDED = _kind("posting-time.added", "新增发布时段", "a posting time was added")
POSTING_TIME_REMOVED = _kind("posting-time.removed", "删除发布时段", "a posting time was removed")
BLACKOUT_DECLARED = _kind("blackout.declared", "宣布静默期", "a blackout was declared")
BLACKOUT_LIFTED = _kind("blackout.lifted", "解除静默期", "a blackout was lifted")
RECURRENCE_ADDED = _kind("recurrence.added", "新增定期发布", "a recurrence was added")
RECURRENCE_STOPPED = _kind("recurrence.stopped", "停止定期发布", "a recurrence was stopped")
RECURRENCE_ENDED = _kind("recurrence.ended", "定期发布已到期", "a recurrence came to its end")
RECURRENCE_SKIPPED = _kind(
    "recurrence.skipped", "定期发布有一次未排", "an occurrence was not planned"
)
CORRECTION_ORDERED = _kind("correction.ordered", "已下达更正", "a correction was ordered")
FELL_BACK = _kind(
    "correction.fell-back", "不能原地更正，改为删后重发", "not in place: deleted and posted again"
)
FOUND_CHANGED = _kind(
    "delivery.found-changed", "回读发现变化", "reading a post again found something changed"
)
MEASURED = _kind("delivery.measured", "已采集传播数据", "figures of posts were taken")
DONE_BY_HAND = _kind("delivery.done", "人工已处理", "a person did it by hand")
RING_RELEASED = _kind("ring.released", "放行一批", "a ring was let go")
RING_PASSED = _kind("ring.passed", "一批已核实", "a ring was published and checked")
RING_STOPPED = _kind(
    "ring.stopped", "失败过多，已停止后续各批", "too many failures, all was stopped"
)
RING_RESUMED = _kind("ring.resumed", "人工继续分批发布", "a person let the rings go on")
INCIDENT_OPENED = _kind("incident.opened", "发现发布异常", "publishing trouble was found")
INCIDENT_CLOSED = _kind("incident.closed", "发布异常已解除", "publishing trouble is over")
INCIDENT_RESUMED = _kind("incident.resumed", "人工批量恢复投递", "a person resumed all of it")
ALERT_SENT = _kind("alert.sent", "已告警", "operators were alerted")
ALERT_GIVEN_UP = _kind("alert.given-up", "告警未能送达", "an alert could not be delivered")
ALERT_PUT_OFF = _kind("alert.put-off", "告警暂未送达，稍后再发", "an alert is sent again later")
