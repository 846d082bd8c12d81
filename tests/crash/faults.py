"""Every fault of network and platform on the call that publishes, end to end through the engine:
`python -m tests.crash.faults`. Each account stands on platforms of its own, so that all faults
run at the same time."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from publishers.simulation import Fault
from tests.crash.haste import CALL_TIMEOUT_S
from tests.crash.runner import open_scene
from tests.crash.stage import ask, in_one_message

# the call that publishes; the website has no wire
PATHS = {
    "wechat": "*/freepublish/submit",
    "weibo": "*/statuses/share.json",
    "telegram": "*/send*",
    "mastodon": "*/api/v1/statuses",
    "wecom": "*/message/send",
}
# A slow answer comes in time; SLOW_THEN_COMMIT comes after the caller has gone.
_DELAYS = {Fault.SLOW: CALL_TIMEOUT_S / 3, Fault.SLOW_THEN_COMMIT: CALL_TIMEOUT_S * 1.4}


def try_faults() -> list[dict[str, Any]]:
    """One delivery for each channel and fault; what became of it."""
    return [row for group in in_one_message(tuple(PATHS)) for row in _try_group(group)]


def _try_group(names: Sequence[str]) -> list[dict[str, Any]]:
    faults = list(Fault)
    rows = []
    with open_scene(dict.fromkeys(names, len(faults)), towns=len(faults)) as scene:
        cases = {(channel, fault): scene.case(channel) for channel in names for fault in faults}
        for (channel, fault), case in cases.items():
            order = {"fault": fault, "path": PATHS[channel], "delay": _DELAYS.get(fault, 1.0)}
            ask(f"{scene.towns[case.handle]}/_control/{channel}/faults", order)
        scene.run(list(cases.values()))
        for (_, fault), case in cases.items():
            rows.append({"fault": fault, **case.as_dict()})
    return rows


if __name__ == "__main__":
    sys.stdout.write(json.dumps(try_faults()) + "\n")
