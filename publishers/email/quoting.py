"""What somebody wrote themselves in an answer: without what they answer, and without a signature.

Readers of mail put what is answered below, behind a line that says so, in whatever language; or
above, each line with a `>`.
"""

from __future__ import annotations

import re

__all__ = ["without_quotes"]

# from such a line on everything is somebody else's, or a signature
_ENDS = re.compile(
    r"\s*(?:"
    r"-{2,}\s*(?:(?:回复的)?原(?:始)?邮件|转发邮件信息|(?:original|forwarded) message)\s*-{2,}"
    r"|on .{4,200} wrote:"
    r"|在?\s*.{4,200}(?:写道|寫道)[:：]"
    r"|_{20,}"
    r"|发自我的.{1,30}|sent from my .{1,30}"
    r")\s*",
    re.IGNORECASE,
)
# the head of a letter, copied into the answer: one such line alone may be somebody's own
_HEAD = re.compile(r"\s*(?:发件人|寄件者|from)\s*[:：].{0,300}", re.IGNORECASE)
_NEXT = re.compile(
    r"\s*(?:发送时间|日期|时间|收件人|主题|sent|date|to|subject)\s*[:：]", re.IGNORECASE
)
_SIGNATURE = re.compile(r"-- ?")  # RFC 3676, 4.3
_SPREAD = re.compile(r"(\n\s*on [^\n]{4,120})\n([^\n]{0,120}wrote:)", re.IGNORECASE)


def without_quotes(text: str) -> str:
    """The own words, which may be none."""
    own: list[str] = []
    lines = _SPREAD.sub(r"\1 \2", f"\n{text}").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _ENDS.fullmatch(line) or _SIGNATURE.fullmatch(line):
            break
        if _HEAD.fullmatch(line) and _NEXT.match(following):
            break
        if not line.lstrip().startswith(">"):
            own.append(line.rstrip())
    return "\n".join(own).strip()
