"""What the simulated Mastodon does with a post's text: finds links, counts, renders.

Source: mastodon/mastodon, config/initializers/twitter_regex.rb, app/lib/extractor.rb,
app/lib/text_formatter.rb, app/validators/status_length_validator.rb. The list of top-level domains
is not kept here: any word of letters is taken for one.
"""

from __future__ import annotations

import html
import re

__all__ = ["countable", "links_in", "rendered"]

_PATH = r"(?:/(?:[^\s<>()?]|\([^\s<>()?]+\))*)"
_PATH_END = r"(?<![?!*\"'「」<>;:=,.$%\[\]~&|@])"
_QUERY = (
    r"(?:\?[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^\u00a0-\U0010ffff]*"
    r"[a-z0-9_&=#/\-\u00a0-\U0010ffff])"
)
_LINK = re.compile(
    r"(?<![A-Za-z0-9@＠$#＃\u202a-\u202e])https?://"
    r"(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z]{2,}(?![a-z0-9@])(?::[0-9]+)?"
    rf"(?:{_PATH}{_PATH_END})?{_QUERY}?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(@[a-z0-9.-]+[a-z0-9]+)?", re.I)
_PREFIX = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_SHOWN_OF_A_LINK = 30


def links_in(text: str) -> list[str]:
    return _LINK.findall(text)


def countable(text: str, per_link: int) -> int:
    """How long the platform says that `text` is: a link is `per_link` long, a mention as long as
    its local part."""
    parts = _LINK.split(text)
    words = sum(len(_MENTION.sub(r"@\1", part)) for part in parts)
    return words + per_link * (len(parts) - 1)


def rendered(text: str) -> str:
    """The HTML in `content`: paragraphs, line breaks, links with their ends hidden."""
    pieces: list[str] = []
    position = 0
    for link in _LINK.finditer(text):
        pieces += [html.escape(text[position : link.start()]), _anchor(link[0])]
        position = link.end()
    whole = "".join(pieces) + html.escape(text[position:])
    paragraphs = re.split(r"\n\n+", whole.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in paragraphs)


def _anchor(link: str) -> str:
    match = _PREFIX.match(link)
    prefix = match[0] if match else ""
    rest = link[len(prefix) :]
    shown, hidden = rest[:_SHOWN_OF_A_LINK], rest[_SHOWN_OF_A_LINK:]
    ellipsis = "ellipsis" if hidden else ""
    return (
        f'<a href="{html.escape(link)}" target="_blank" rel="nofollow noopener noreferrer" '
        f'translate="no"><span class="invisible">{html.escape(prefix)}</span>'
        f'<span class="{ellipsis}">{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(hidden)}</span></a>'
    )
