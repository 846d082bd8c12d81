"""Pictures as attachments: where and by whom they were taken, and how that is taken out.

Segments and chunks that hold metadata are left out; the picture's own bytes stay as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from hub.catalogue.attachments.models import FileKind, Flaw
from hub.catalogue.pictures import inspect_picture
from hub.kernel.errors import Words

__all__ = ["cleaned_image", "image_flaws"]

_GPS = 0x8825
_MAKERS = {0x013B: "Artist", 0x010F: "Make", 0x0110: "Model", 0x8298: "Copyright"}
_METADATA_CHUNKS = {b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME"}
_METADATA_SEGMENTS = {0xE1, 0xED, 0xFE}  # EXIF and XMP, IPTC, comment
_START_OF_SCAN = 0xDA


def image_flaws(data: bytes) -> Iterator[Flaw]:
    """Raises BadPicture for what is no whole picture of sane size."""
    inspect_picture(data)
    with Image.open(io.BytesIO(data)) as image:
        exif = image.getexif()
    if exif.get_ifd(_GPS):
        words = Words("照片含拍摄地点", "the picture says where it was taken")
        yield Flaw(name="location", words=words, grave=True, detail="GPS")
    for tag, name in _MAKERS.items():
        if str(exif.get(tag, "")).strip():
            words = Words("照片含作者或设备", "the picture names who took it, or with what")
            yield Flaw(name="metadata", words=words, grave=False, detail=f"{name}: {exif[tag]}")


def cleaned_image(data: bytes, kind: FileKind) -> bytes:
    """The same picture without metadata; GIF is returned as it is."""
    if kind is FileKind.JPEG:
        return _cleaned_jpeg(data)
    return _cleaned_png(data) if kind is FileKind.PNG else data


def _cleaned_jpeg(data: bytes) -> bytes:
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _START_OF_SCAN:
        length = 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] not in _METADATA_SEGMENTS:
            kept.append(data[place : place + length])
        place += length
    return b"".join([*kept, data[place:]])


def _cleaned_png(data: bytes) -> bytes:
    kept, place = [data[:8]], 8
    while place + 12 <= len(data):
        length = 12 + int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] not in _METADATA_CHUNKS:
            kept.append(data[place : place + length])
        place += length
    return b"".join(kept)
