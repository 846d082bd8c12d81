"""Whether bytes are a picture that may be kept: its real format, whole, and of sane size."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Callable, Mapping

from PIL import Image

from hub.catalogue.errors import BadPicture
from hub.catalogue.models import Picture
from hub.kernel.errors import Words

__all__ = ["MAX_BYTES", "MAX_PIXELS", "inspect_picture"]

MAX_BYTES = 10 * 1024 * 1024  # WeChat takes 10 MB as permanent material, the most of our channels
MAX_PIXELS = 40_000_000  # 160 MB when unpacked as RGBA
_MAX_FRAMES = 300

# Pillow's format → media type, and how a file shows that its end is there. Decoders forgive a
# missing end; readers on the other side do not.
_FORMATS: Mapping[str, tuple[str, Callable[[bytes], bool]]] = {
    "JPEG": ("image/jpeg", lambda data: data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")),
    "PNG": ("image/png", lambda data: b"IEND\xaeB`\x82" in data[-1024:]),
    "GIF": ("image/gif", lambda data: data.rstrip(b"\0")[-1:] == b";"),
    "WEBP": ("image/webp", lambda data: len(data) >= int.from_bytes(data[4:8], "little") + 8),
}


def inspect_picture(data: bytes, alt: str = "") -> Picture:
    """The picture `data` holds; decodes all of it, so call it in a thread.

    Raises BadPicture: not a JPEG, PNG, GIF or WebP whatever its name says, cut off, larger than
    MAX_BYTES, or unpacking to more than MAX_PIXELS.
    """
    if not data or len(data) > MAX_BYTES:
        raise _bad(
            f"图片 {len(data)} 字节，须在 {MAX_BYTES} 以内",
            f"{len(data)} bytes, the limit is {MAX_BYTES}",
            Words("压缩图片", "compress the picture"),
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked below
            image = Image.open(io.BytesIO(data), formats=tuple(_FORMATS))
    except Image.DecompressionBombError as error:
        raise _too_large(0, 0) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise _unreadable() from error
    with image:
        return _decoded(image, data, alt)


def _decoded(image: Image.Image, data: bytes, alt: str) -> Picture:
    media_type, ends = _FORMATS[str(image.format)]
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(width, height)
    try:
        frames = getattr(image, "n_frames", 1)
        if frames > _MAX_FRAMES or frames * width * height > 10 * MAX_PIXELS:
            raise _too_large(width, height, frames)
        for frame in range(frames):
            image.seek(frame)
            image.load()
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        if isinstance(error, BadPicture):
            raise
        raise _cut_off() from error
    if not ends(data):
        raise _cut_off()
    return Picture(
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        size=len(data),
        width=width,
        height=height,
        alt=alt.strip(),
    )


def _unreadable() -> BadPicture:
    return _bad(
        "不是 JPEG、PNG、GIF 或 WebP 图片",
        "not a JPEG, PNG, GIF or WebP picture",
        Words("另存为 JPEG 或 PNG", "save it as JPEG or PNG"),
    )


def _cut_off() -> BadPicture:
    return _bad(
        "图片不完整或已损坏",
        "the picture is cut off or damaged",
        Words("重新导出或重新上传", "export or upload it again"),
    )


def _too_large(width: int, height: int, frames: int = 1) -> BadPicture:
    return _bad(
        f"图片展开后过大（{width}×{height}，{frames} 帧）",
        f"the picture unpacks to too much ({width}×{height}, {frames} frames)",
        Words(f"像素总数须在 {MAX_PIXELS} 以内", f"keep it under {MAX_PIXELS} pixels"),
    )


def _bad(zh: str, en: str, remedy: Words) -> BadPicture:
    return BadPicture(Words(zh, en), field="picture", remedy=remedy)
