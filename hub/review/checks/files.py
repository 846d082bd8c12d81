"""Attachments in the shape of all findings: what a file says is examined, what it hides is told."""

from __future__ import annotations

from collections.abc import Mapping

from hub.catalogue.attachments.models import Inspected
from hub.review.checks.models import Finding, Hit, Passage, Severity
from hub.review.checks.rules import HIDDEN, finding_of

__all__ = ["file_findings", "file_passage"]


def file_passage(inspected: Inspected) -> Passage:
    """The file's text, under its name; it is changed in the file, not here."""
    return Passage(field=f"attachments[{inspected.attachment.name}]", text=inspected.text)


def file_findings(
    inspected: Inspected, severities: Mapping[str, Severity] | None = None
) -> list[Finding]:
    """Hidden content blocks, the names of a file's makers are a warning; `text` says where."""
    field = f"attachments[{inspected.attachment.name}]"
    findings = []
    for flaw in inspected.flaws:
        hit = Hit(
            rule=HIDDEN,
            start=0,
            end=len(flaw.detail),
            value=f"{inspected.attachment.sha256}\n{flaw.name}\n{flaw.detail}",
            severity=None if flaw.grave else Severity.WARN,
            about=flaw.words,
        )
        findings.append(finding_of(Passage(field=field, text=flaw.detail), hit, severities))
    return findings
