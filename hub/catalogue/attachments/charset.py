"""Plain text of unknown encoding: UTF-8 and UTF-16 with their marks, UTF-8, GB 18030."""

from __future__ import annotations

from hub.catalogue.attachments.errors import BadAttachment
from hub.kernel.errors import Words

__all__ = ["decoded"]

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(data: bytes) -> str:
    """The text that `data` holds; raises BadAttachment for what is no text.

    GB 18030 takes nearly any bytes, so a text that is not UTF-8 and holds control characters when
    read as GB 18030 is none.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(char) < 32 and char not in "\t\n\r\f" for char in text):
            return text
    raise BadAttachment(
        Words("不是 UTF-8 或 GB 18030 文本", "no text in UTF-8 or GB 18030"),
        field="file",
        remedy=Words("另存为 UTF-8 文本", "save it as UTF-8 text"),
    )
