"""The few things done to files, each of which either happened wholly or not at all."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["Disk"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class Disk:
    """Files that survive a power cut: written aside, synced, renamed, the folder synced.

    Nothing follows a symbolic link at the last step of a path.
    """

    def read(self, path: Path) -> bytes | None:
        """The file's bytes, None where there is no such file."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    def put(self, path: Path, content: bytes, aside: Path) -> bool:
        """Make `path` hold `content`; False where it did. `aside` is on the same file system and
        nobody else's while this runs."""
        if not path.is_symlink() and self.read(path) == content:
            return False
        self.write(aside, content)
        self.rename(aside, path)
        self.sync(path.parent)
        return True

    def drop(self, path: Path) -> None:
        """Remove a file; one that is gone is fine."""
        if path.exists() or path.is_symlink():
            self.unlink(path)
            self.sync(path.parent)

    def folder(self, path: Path) -> None:
        if not path.is_dir():
            self.make(path)
            self.sync(path.parent)

    # The elementary steps, one system call each as far as a crash is concerned.

    def write(self, path: Path, content: bytes) -> None:
        with os.fdopen(os.open(path, _NEW, 0o644), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make(self, path: Path) -> None:
        path.mkdir(exist_ok=True)

    def sync(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
