"""Attachments in the shape of all findings: what a file says is examined, what it hides is told.

A file of two million characters takes seconds, and its bytes never change: it is examined by its
content before a transaction that needs the answer, which then only compares hashes and versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hub.catalogue.attachments.models import Attachment, Inspected
from hub.review.checks.models import Finding, Hit, Passage, Severity
from hub.review.checks.rules import HIDDEN, finding_of, hits_in, weighed
from hub.review.checks.wordlists import WordList

__all__ = ["NOTHING", "Examined", "ExaminedFile", "examine_file", "versions_of"]


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """What the rules found in one file, each with the severity of the hit itself if it has one.

    How grave it is in a body is asked when it is told.
    """

    findings: tuple[tuple[Finding, Severity | None], ...] = field(repr=False)

    def told(self, severities: Mapping[str, Severity]) -> Iterator[Finding]:
        return (weighed(finding, own, severities) for finding, own in self.findings)


@dataclass(frozen=True, slots=True)
class Examined:
    """Examined files by SHA-256 and name, and the version of every word list that was used."""

    files: Mapping[tuple[str, str], ExaminedFile]
    lists: Mapping[str, int]

    def covers(self, attachments: Sequence[Attachment], lists: Mapping[str, int]) -> bool:
        """Whether it is about exactly these bytes and names, with these lists."""
        wanted = {(one.sha256, one.name) for one in attachments}
        return wanted <= self.files.keys() and (not wanted or self.lists == lists)


NOTHING = Examined({}, {})  # of an item without files


def versions_of(lists: Sequence[WordList]) -> dict[str, int]:
    return {one.name: one.version for one in lists}


def examine_file(inspected: Inspected, lists: Sequence[WordList]) -> ExaminedFile:
    """The text of a file, under its name, and what hides in it. Blocks for the time of the search;
    it is changed in the file, not here."""
    name = f"attachments[{inspected.attachment.name}]"
    passage = Passage(field=name, text=inspected.text)
    found = [(finding_of(passage, hit), hit.severity) for hit in hits_in(passage, lists)]
    for flaw in inspected.flaws:  # what is content blocks, the names of its makers are a warning
        hit = Hit(
            rule=HIDDEN,
            start=0,
            end=len(flaw.detail),
            value=f"{inspected.attachment.sha256}\n{flaw.name}\n{flaw.detail}",
            severity=None if flaw.grave else Severity.WARN,
            about=flaw.words,
        )
        found.append((finding_of(Passage(field=name, text=flaw.detail), hit), hit.severity))
    return ExaminedFile(tuple(found))
