"""What operators work with beside the desk: emergencies, and many deliveries at once."""

from __future__ import annotations

from dataclasses import dataclass

from hub.publishing.connecting.posting import TrialPosts
from hub.publishing.connecting.service import Connecting
from hub.publishing.emergency.service import Emergencies
from hub.publishing.findings.service import Findings
from hub.publishing.outages.service import Outages
from hub.publishing.restraint.service import Restraint
from hub.publishing.retrying.service import Retrying

__all__ = ["Handling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    emergencies: Emergencies
    retrying: Retrying
    connecting: Connecting
    tests: TrialPosts
    outages: Outages
    findings: Findings
    restraint: Restraint
