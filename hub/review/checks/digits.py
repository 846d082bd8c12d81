"""Identity numbers, mobile numbers and bank cards, however their digits are set apart.

Digits are read as chunks; chunks that only spaces, dashes, one line break or unseen marks keep
apart form a chain, and a number is a whole number of chunks. Each chunk is looked at with at most
18 that follow it, so the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hub.review.checks.models import Hit, Severity
from hub.review.checks.numbers import (
    is_card_number,
    is_citizen_number,
    is_credit_code,
    is_mobile_number,
    is_old_citizen_number,
)
from hub.review.checks.plain import UNSEEN, Plain

__all__ = ["CARD", "ID", "MOBILE", "find_digits"]

ID, MOBILE, CARD = "id-number", "mobile-number", "bank-card"

_LONGEST = 19  # digits of the longest number there is
_SHORTEST = 11
_GAP = 3  # characters between two chunks of one number
_CHUNK = re.compile(r"\d+(?:[Xx](?![A-Za-z0-9]))?")
# how people set a mobile number apart; any two chunks, where only a line break parts them
_MOBILE_GROUPS = frozenset({(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (3, 3, 5), (4, 3, 4)})
_CARD_GROUPS = re.compile(r"4,4,4,4(,[1-3])?|6,1[0-3]|1[3-9]|4,6,[45]|4,4,4,[1-3]")
_PHONE_WORD = re.compile(r"(?:tel|phone|mobile|mob|cell|wechat|vx|wx|t|m)$", re.IGNORECASE)
_AMOUNT = re.compile(r" ?(?:元|万|亿|美元|吨|%|\.\d)")
_CARD_WORD = re.compile(r"银行|卡号|账号|帐号|账户|帐户|开户")
_OTHER_NUMBER = re.compile(
    r"(?:索引号|编号|代码|注册号|登记号|许可证|证书|单号|文号|条码|税号|ISBN)"
)
_HOUSE_ACCOUNT = re.compile(
    r"(?:户名|账户名称|帐户名称|开户名称|收款单位|单位名称)[: ]{0,3}[^\n:]{2,40}?"
    r"(?:局|厅|委|政府|公司|中心|院|会|所|处|站|馆|学校|专户)"
)


@dataclass(frozen=True, slots=True)
class _Chunk:
    start: int
    end: int
    text: str


def find_digits(plain: Plain) -> Iterator[Hit]:
    """Every citizen number, mobile number and bank card; each digit belongs to one of them."""
    for chain in _chains(plain.text):
        place = 0
        while place < len(chain):
            found = _at(plain, chain, place)
            if found is None:
                place += 1
            else:
                hit, chunks = found
                yield hit
                place += chunks


def _chains(text: str) -> Iterator[list[_Chunk]]:
    """Chunks that may belong together, at least as long as the shortest number."""
    chain: list[_Chunk] = []
    for match in _CHUNK.finditer(text):
        chunk = _Chunk(match.start(), match.end(), match.group())
        if chain and not _joined(text[chain[-1].end : chunk.start]):
            yield from _worth(chain)
            chain = []
        chain.append(chunk)
    yield from _worth(chain)


def _worth(chain: list[_Chunk]) -> Iterator[list[_Chunk]]:
    if sum(len(chunk.text) for chunk in chain) >= _SHORTEST:
        yield chain


def _joined(gap: str) -> bool:
    """Whether what lies between two chunks may lie within one number."""
    seen = gap.replace(UNSEEN, "")
    return len(seen) <= _GAP and not seen.strip(" -\n") and seen.count("\n") <= 1


def _at(plain: Plain, chain: Sequence[_Chunk], place: int) -> tuple[Hit, int] | None:
    """The number that begins at this chunk, and of how many chunks it is."""
    windows: list[tuple[str, int]] = []
    digits = ""
    for count, chunk in enumerate(chain[place : place + _LONGEST], 1):
        digits += chunk.text
        if len(digits) > _LONGEST:
            break
        if len(digits) >= _SHORTEST:
            windows.append((digits, count))
    for look in (_mobile_alone, _citizen, _old_citizen, _card, _mobile):
        for digits, count in reversed(windows):
            hit = look(plain, chain[place : place + count], digits)
            if hit is not None:
                return hit, count
    return None


def _citizen(plain: Plain, chunks: Sequence[_Chunk], digits: str) -> Hit | None:
    if not is_citizen_number(digits):
        return None
    if is_credit_code(digits) and "信用代码" in plain.before(chunks[0].start, 30):
        return None
    return _hit(ID, chunks, digits.upper(), _masked_id(digits))


def _old_citizen(plain: Plain, chunks: Sequence[_Chunk], digits: str) -> Hit | None:
    if len(chunks) > 1 or not is_old_citizen_number(digits) or _is_other(plain, chunks):
        return None
    return _hit(ID, chunks, digits, _masked_id(digits))


def _card(plain: Plain, chunks: Sequence[_Chunk], digits: str) -> Hit | None:
    groups = ",".join(str(len(chunk.text)) for chunk in chunks)
    if not _CARD_GROUPS.fullmatch(groups) or not digits.isdigit() or not is_card_number(digits):
        return None
    start, end = chunks[0].start, chunks[-1].end
    around = plain.before(start, 1) + plain.after(end, 1)
    labelled = _CARD_WORD.search(plain.before(start, 20))
    issued = digits[0] in "3456" or digits.startswith("9558")
    amount = _AMOUNT.match(plain.after(end, 3))
    if not (issued or labelled) or amount or _is_code(around) or "/" in around:
        return None
    if is_credit_code(digits):
        return None
    if plain.in_url(start) or (_is_other(plain, chunks) and not labelled):
        return None
    house = _HOUSE_ACCOUNT.search(plain.before(start, 120))
    severity = Severity.WARN if house and "卡" not in plain.before(start, 12) else None
    return _hit(CARD, chunks, digits, "*" * (len(digits) - 4) + digits[-4:], severity)


def _mobile_alone(plain: Plain, chunks: Sequence[_Chunk], digits: str) -> Hit | None:
    return _mobile(plain, chunks, digits) if len(chunks) == 1 else None


def _mobile(plain: Plain, chunks: Sequence[_Chunk], digits: str) -> Hit | None:
    number = _without_prefix(digits)
    if not is_mobile_number(number) or not digits.isdigit():
        return None
    start, end = chunks[0].start, chunks[-1].end
    sizes = [len(chunk.text) for chunk in chunks]
    sizes[0] -= len(digits) - len(number)
    groups = tuple(size for size in sizes if size > 0)
    if len(chunks) > 1 and groups not in _MOBILE_GROUPS and not _only_broken(plain, chunks):
        return None
    before, after = plain.before(start, 8), plain.after(end, 3)
    if _is_code(before[-1:]) and not _PHONE_WORD.search(before):
        return None
    in_decimal = before[-1:] == "." and before[-2:-1].isdigit()
    if _is_code(after[:1]) or _AMOUNT.match(after) or in_decimal or plain.in_url(start):
        return None
    return _hit(MOBILE, chunks, number, f"{number[:3]}****{number[-4:]}")


def _without_prefix(digits: str) -> str:
    """+86, 0086, 86 and the 0 that was dialled before mobile numbers of other provinces."""
    for prefix in ("0086", "86", "0"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            return digits[len(prefix) :]
    return digits


def _only_broken(plain: Plain, chunks: Sequence[_Chunk]) -> bool:
    """One number over two lines, or with marks between its digits that nobody sees."""
    gaps = [plain.text[a.end : b.start].replace(UNSEEN, "") for a, b in pairwise(chunks)]
    return not any(gaps) or gaps == ["\n"]


def _is_code(text: str) -> bool:
    """Whether a letter or an underscore makes it part of some identifier."""
    return any(char.isascii() and (char.isalnum() or char == "_") for char in text)


def _is_other(plain: Plain, chunks: Sequence[_Chunk]) -> bool:
    return bool(_OTHER_NUMBER.search(plain.before(chunks[0].start, 16)))


def _masked_id(digits: str) -> str:
    """35*************123: the first two and the last three, as 永安市 asks (2023-01-04)."""
    return digits[:2] + "*" * (len(digits) - 5) + digits[-3:]


def _hit(
    rule: str, chunks: Sequence[_Chunk], value: str, mask: str, severity: Severity | None = None
) -> Hit:
    start, end = chunks[0].start, chunks[-1].end
    return Hit(rule=rule, start=start, end=end, value=value, mask=mask, severity=severity)
