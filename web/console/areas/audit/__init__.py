"""Audit: what happened, found by who, what and when; the proof that nothing was altered."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.audit import pages, proof

__all__ = ["AREA"]

AREA = Area(
    name="audit",
    title=Words("审计", "Audit"),
    home="/settings/audit",
    routes=(
        Route(method="GET", path="/settings/audit", handler=pages.found, needs=SUPERVISING),
        Route(
            method="POST", path="/settings/audit/export", handler=pages.export, needs=SUPERVISING
        ),
        Route(method="GET", path="/settings/audit/proof", handler=proof.shown, needs=SUPERVISING),
        Route(method="POST", path="/settings/audit/proof", handler=proof.begin, needs=SUPERVISING),
        Route(
            method="GET",
            path="/settings/audit/proof/progress",
            handler=proof.progress,
            needs=SUPERVISING,
            quiet=True,
        ),
        Route(
            method="GET",
            path="/settings/audit/{seq}",
            handler=pages.one,
            needs=SUPERVISING,
        ),
    ),
)
