"""What an import says of itself: its report, the rows it refuses, and where it may go on."""

from __future__ import annotations

from dataclasses import dataclass

from hub.kernel.errors import InvalidInput

__all__ = ["Checkpoint", "ImportReport", "RowFault"]


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with row `row`, counted from 1 without the header."""

    row: int
    error: InvalidInput

    def as_dict(self) -> dict[str, object]:
        return {"row": self.row, **self.error.as_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How far an import came and what it did. `position` of `size` bytes are read.

    `faults` holds the first 10,000; `refused` counts every row refused. `remarks` are about rows
    that landed otherwise than they were given, as many of them at most. `resumed_after` rows an
    earlier attempt had done: they are in the counts, and their faults were reported then.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: tuple[RowFault, ...] = ()
    remarks: tuple[RowFault, ...] = ()
    form: str = ""
    encoding: str = ""
    position: int = 0
    size: int = 0
    resumed_after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far the import of one file into one body came; written with every batch of its rows."""

    digest: str  # of the file's content and where it goes
    rows: int
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
