"""Packed files opened with care: no bomb unpacks, no path leads out, nothing locked goes through.

Every limit is asked of the directory before anything is unpacked, and of what is unpacked while it
is: a directory can lie.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hub.catalogue.attachments.errors import BadAttachment, Dangerous, Encrypted, TooLarge
from hub.kernel.errors import Words

__all__ = ["Archive"]

MAX_MEMBERS = 5_000
MAX_UNPACKED = 300 * 1024 * 1024  # bytes of all members together
MAX_XML = 64 * 1024 * 1024  # bytes of one part that is parsed
_MAX_RATIO, _SMALL = 250, 1024 * 1024  # a part may unpack to so many times its size, past a MB
_ENCRYPTED = 0x1

# what zipfile and its unpackers raise over bytes that are none of theirs
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    ValueError,
    EOFError,
    NotImplementedError,
)


class Archive:
    """A zip file whose directory is sane. Raises BadAttachment and its kin when it is not."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise _damaged() from error
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise _bomb()
        for info in infos:
            _check_member(info)
        self._infos: Mapping[str, zipfile.ZipInfo] = {info.filename: info for info in infos}
        if len(self._infos) != len(infos):
            raise _damaged()  # two parts of one name: programs differ in which of them they show

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._infos)

    def under(self, folder: str, ending: str = ".xml") -> Iterator[str]:
        """Names of parts in a folder, in order."""
        return (n for n in sorted(self._infos) if n.startswith(folder) and n.endswith(ending))

    def read(self, name: str) -> bytes:
        """One part's bytes, at most MAX_XML of them."""
        try:
            with self._zip.open(self._infos[name]) as part:
                data = part.read(MAX_XML + 1)
        except _BROKEN as error:
            raise _damaged() from error
        except RuntimeError as error:  # "password required"
            raise _locked() from error
        if len(data) > MAX_XML:
            raise _bomb()
        return data

    def xml(self, name: str) -> Element | None:
        """One part parsed, None where there is none; a DTD or an entity is refused."""
        if name not in self._infos:
            return None
        try:
            return fromstring(self.read(name), forbid_dtd=True)
        except DefusedXmlException as error:
            raise Dangerous(
                Words("文件内含实体声明", "it declares XML entities"), field="file"
            ) from error
        except (ParseError, ValueError) as error:
            raise _damaged() from error

    def rewritten(self, changed: Mapping[str, bytes]) -> bytes:
        """The same file with some parts replaced, without the times of its parts."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, info in self._infos.items():
                plain = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                plain.compress_type = info.compress_type
                packed.writestr(plain, changed[name] if name in changed else self.read(name))
        return target.getvalue()


def _check_member(info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in info.filename or "\0" in info.filename:
        raise Dangerous(
            Words("压缩内容的路径越界", "a path in it leads outside"),
            field="file",
            remedy=Words("用办公软件重新保存", "save it again with an office program"),
        )
    if info.flag_bits & _ENCRYPTED:
        raise _locked()
    if info.file_size > _SMALL and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
        raise _bomb()


def _bomb() -> TooLarge:
    return TooLarge(
        Words("解压后过大", "it unpacks to too much"),
        field="file",
        remedy=Words("压缩其中的图片或拆分文件", "shrink its pictures, or split it"),
    )


def _damaged() -> BadAttachment:
    return BadAttachment(
        Words("文件已损坏", "the file is damaged"),
        field="file",
        remedy=Words("重新保存后上传", "save it again, then upload"),
    )


def _locked() -> Encrypted:
    return Encrypted(
        Words("文件已加密", "the file is encrypted"),
        field="file",
        remedy=Words("解除密码后上传", "remove the password, then upload"),
    )
