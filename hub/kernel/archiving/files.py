"""An archive's two files: lines, compressed, and the manifest that says what they must be."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hub.kernel.archiving.errors import BadArchive
from hub.kernel.archiving.models import AuditRange, Manifest
from hub.kernel.errors import GongkaiError, NotFound, Unavailable, Words
from hub.kernel.events import Link, check_link

__all__ = ["MANIFEST", "Writing", "lines_of", "manifest_of", "verify_archive"]

MANIFEST = ".manifest.json"
_LINES = ".jsonl.gz"
_READ = 1 << 20
_MANY = 1_000


class Writing:
    """An archive on its way: nothing of it has its name before all of it is on the disk."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._target = folder / f"{name}{_LINES}"
        self._draft = folder / f".{name}{_LINES}.part"
        self._raw = self._draft.open("wb")
        os.fchmod(self._raw.fileno(), 0o600)
        self._lines = gzip.GzipFile("", "wb", 6, self._raw, mtime=0)  # the same rows, the same file
        self.records = 0
        self.rows: Counter[str] = Counter()

    @property
    def file(self) -> str:
        return self._target.name

    def add(self, table: str, lines: Sequence[bytes]) -> None:
        for line in lines:
            self._lines.write(line + b"\n")
            self.rows[table] += 1
            for name, rows in msgspec.json.decode(line)["with"].items():
                self.rows[name] += len(rows)
        self.records += len(lines)

    def end(self) -> tuple[int, str]:
        """Close the file and give it its name; its size and SHA-256."""
        self._lines.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._draft.replace(self._target)
        return self._target.stat().st_size, _sha256(self._target)

    def drop(self) -> None:
        self._raw.close()
        self._draft.unlink(missing_ok=True)

    def write_manifest(self, manifest: Manifest) -> str:
        """Put the manifest beside the file; its SHA-256."""
        packed = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2)
        path = _beside(self._target)
        draft = path.with_name(f".{path.name}.part")
        draft.write_bytes(packed + b"\n")
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return _sha256(path)


def manifest_of(file: Path) -> Manifest:
    """The manifest of an archive, named by either file. Raises NotFound, BadArchive."""
    path = file if file.name.endswith(MANIFEST) else _beside(file)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise NotFound(Words(f"没有 {path}", f"there is no {path}"), field="file") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadArchive(path.name, Words("清单读不懂", "its manifest is no manifest")) from error
    except OSError as error:
        raise Unavailable(Words(f"读不到 {path}", f"cannot read {path}"), field="file") from error


def verify_archive(file: Path, manifest_sha256: str = "") -> Manifest:
    """Prove that an archive is what its manifest says: size, SHA-256, lines, rows of each table,
    and each link of a piece of the audit chain; with `manifest_sha256`, the manifest too.

    Raises BadArchive naming what is wrong, NotFound for a file that is missing. No database.
    """
    manifest = manifest_of(file)
    lines = file.with_name(manifest.file)
    if not lines.is_file():
        raise NotFound(Words(f"没有 {lines}", f"there is no {lines}"), field="file")
    if manifest_sha256 and _sha256(_beside(lines)) != manifest_sha256:
        raise BadArchive(
            lines.name,
            Words("清单不是当时的那份", "its manifest is not the one written then"),
        )
    if (lines.stat().st_size, _sha256(lines)) != (manifest.bytes, manifest.sha256):
        raise BadArchive(lines.name, Words("文件与清单不符", "it is not the file of its manifest"))
    try:
        _check_lines(lines, manifest)
    except GongkaiError as error:
        raise BadArchive(lines.name, error.words) from error
    except (OSError, EOFError, zlib.error, msgspec.DecodeError, KeyError, TypeError) as error:
        raise BadArchive(lines.name, Words("内容读不懂", "its lines cannot be read")) from error
    return manifest


def lines_of(file: Path, many: int = _MANY) -> Iterator[list[tuple[Any, bytes]]]:
    """The lines of an archive's file, so many at a time: what each says, and the line itself."""
    with gzip.open(file, "rb") as opened, io.BufferedReader(opened, _READ) as lines:
        found: list[tuple[Any, bytes]] = []
        for line in lines:
            found.append((msgspec.json.decode(line), line.rstrip(b"\n")))
            if len(found) == many:
                yield found
                found = []
        if found:
            yield found


def _check_lines(lines: Path, manifest: Manifest) -> None:
    rows: Counter[str] = Counter()
    links = _Links(manifest.audit) if manifest.audit else None
    for found in lines_of(lines):
        for told, _ in found:
            rows[manifest.table] += 1
            rows.update({name: len(belonging) for name, belonging in told["with"].items()})
            if links:
                links.follow(told["row"])
    if rows != Counter(manifest.rows) or rows[manifest.table] != manifest.records:
        raise GongkaiError(Words("行数与清单不符", "it has not the rows of its manifest"))
    if links:
        links.end()


class _Links:
    """The chain's events one after the other, from what the manifest says they follow on."""

    def __init__(self, audit: AuditRange) -> None:
        self._audit = audit
        self._seq, self._digest = audit.first - 1, audit.previous

    def follow(self, row: dict[str, Any]) -> None:
        check_link(Link(**row), self._seq + 1, self._digest)
        self._seq, self._digest = row["seq"], row["hash"]

    def end(self) -> None:
        if (self._seq, self._digest) != (self._audit.last, self._audit.hash):
            raise GongkaiError(Words("审计链尾与清单不符", "the chain ends elsewhere"))


def _beside(file: Path) -> Path:
    name = file.name.removesuffix(MANIFEST).removesuffix(_LINES)
    return file.with_name(name + MANIFEST)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
